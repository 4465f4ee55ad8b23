/** Conversations made worse in the ways that exports are, so that there is something for quality to find. */
import { type Random, shuffled, shuffledIndexes } from '../../src/base/random.ts';
import type { Example, Message } from '../../src/data/example.ts';
import { type Labelled, nextActions } from './labelled-sets.ts';

type Damage = (
  reply: Message,
  at: { index: number; own: Message[]; others: Message[]; random: Random },
) => Message;

const say = (
  reply: Message,
  content: string,
  { own, random }: { own: Message[]; random: Random },
): Message => ({
  ...own[random.integer(own.length)]!,
  ...(reply.toolCalls && { toolCalls: reply.toolCalls }),
  content,
});

const damages: Record<string, Damage> = {
  'replies of another conversation': (reply, { index, others }) => others[index % others.length] ?? reply,
  'replies in another order': (_reply, { index, own }) => own[(index * 2 + 1) % own.length]!,
  'replies of a word': (reply, at) =>
    say(reply, ['ok', 'yes', '...', 'hm', 'wait'][at.random.integer(5)]!, at),
  advertisement: (reply, at) => say(reply, 'BUY NOW!!!!!!! CHEAP {{product}} AT WWW.DEALS.EXAMPLE', at),
  'replies cut off': (reply) => ({
    ...reply,
    content: reply.content.slice(0, Math.ceil(reply.content.length * 0.6)),
  }),
  'one reply again and again': (_reply, { own }) => own[0]!,
};

/** Damages a share of the conversations, in six ways in turn. Actions go with the replies, so they are wrong as well. */
export function damage(items: readonly Labelled[], share: number, random: Random): Labelled[] {
  const result = [...items];
  const kinds = Object.values(damages);
  const drawn = shuffledIndexes(items.length, random).subarray(0, Math.round(share * items.length));
  drawn.forEach((row, i) => {
    const other = items[random.integer(items.length)]!.example;
    const example = damaged(items[row]!.example, other, kinds[i % kinds.length]!, random);
    result[row] = { example, tasks: nextActions(example) };
  });
  return result;
}

const isReply = ({ role, content }: Message): boolean => role === 'assistant' && content !== '';

function damaged(example: Example, other: Example, how: Damage, random: Random): Example {
  const own = example.messages.filter(isReply);
  const others = shuffled(other.messages.filter(isReply), random);
  let index = 0;
  const messages = example.messages.map((message) =>
    isReply(message) ? how(message, { index: index++, own, others, random }) : message,
  );
  return { ...example, messages };
}
