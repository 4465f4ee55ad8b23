/** One preference: a conversation whose last turn has exactly one rejected reply. */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../../base/json.ts';
import { conversationOf, type Example, type Message, type RejectedReply } from '../example.ts';
import { asContext } from '../sources/preference-example.ts';

export type PairOrigin = 'given' | 'picked' | 'rated' | 'sampled';

/** An Example that ends in the preferred reply, `rejected` with the other one, and that says in `meta.origin` whence. */
export type PreferencePair = Example & { meta: { origin: PairOrigin } };

export type PairMaker = {
  origin: PairOrigin;
  /** The pairs, in an order that depends on the examples alone; what makes none is told with the reason. */
  pairs: (dropped: DroppedReply) => AsyncIterable<PreferencePair>;
};

/** A reply that was to be part of a pair, by the example it stands in. */
export type DroppedReply = (example: Example, reason: string, kind?: string) => void;

/** The pair at turn `index` of `example`; `number` tells pairs of one turn apart. */
export function makePair(
  example: Example,
  index: number,
  answers: { chosen: RejectedReply; rejected: RejectedReply; origin: PairOrigin; number?: number },
): PreferencePair {
  const { chosen, rejected, origin, number = 0 } = answers;
  const { meta, tools } = example;
  const context = example.messages.slice(0, index).map(({ rejected: _, ...one }): Message => one);
  const last: Message = { role: 'assistant', ...onlyReply(chosen), rejected: [onlyReply(rejected)] };
  return {
    messages: [...asContext(context), last],
    meta: {
      ...meta,
      id: `${meta.id}#${index + 1}${number === 0 ? '' : `.${number + 1}`}`,
      conversation: conversationOf(meta),
      origin,
    },
    ...(tools && { tools }),
  };
}

export function onlyReply({ content, toolCalls }: RejectedReply): RejectedReply {
  return { content, ...(toolCalls && { toolCalls }) };
}

export function answersOf({ messages }: PreferencePair): { chosen: Message; rejected: RejectedReply } {
  const chosen = messages.at(-1)!;
  return { chosen, rejected: chosen.rejected![0]! };
}

/** 128 bits of SHA-256 of any JSON value, as 16 characters of one byte each: equal for equal values. */
export function shortHash(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest().toString('latin1', 0, 16);
}

/** What a reply says, without case, punctuation and white space, and with its tool calls. */
export function plainReply({ content, toolCalls }: RejectedReply): string {
  const words =
    content
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return canonicalJson([words, toolCalls ?? []]);
}
