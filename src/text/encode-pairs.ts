/** Preference pairs as token ids: one prompt, the answer that was chosen and one that was rejected. */
import type { Example, Message, RejectedReply } from '../data/example.ts';
import { encodeMessages, type ChatFormat } from './chat-format.ts';
import { renderChat } from './chat-template.ts';
import { checkNothingLost } from './encode-conversation.ts';
import type { EncodedExample, PairLayout } from './encoded-example.ts';
import { quoteMessages } from './quote-messages.ts';

/**
 * One pair for every rejected reply of every assistant turn that is trained on; what follows the turn is left out.
 * Supervised are both answers to their last token, white space after the end of the turn included, as TRL has it, and
 * the prompt where asked.
 * Throws AttuneError 'model' when the template cannot show such a conversation.
 */
export function encodePairs(
  format: ChatFormat,
  { messages, meta }: Example,
  { supervisePrompt }: { supervisePrompt: boolean },
): EncodedExample[] {
  return messages.flatMap((message, i) => {
    if (message.trained === false || !message.rejected) return [];
    const context = messages.slice(0, i);
    const prompt = encodeMessages(format, context, { addGenerationPrompt: true });
    const answer = (reply: RejectedReply): number[] => {
      const { content, toolCalls } = reply;
      const turn: Message = { role: 'assistant', content, ...(toolCalls && { toolCalls }) };
      const quoted = quoteMessages([...context, turn], format.patterns);
      const text = renderChat(format.template, quoted.messages, { addGenerationPrompt: false });
      checkNothingLost(quoted.messages.at(-1)!, text);
      return format.tokenizer.encode(text, quoted.guard);
    };
    const chosen = answer(message);
    return message.rejected.map((reply) => {
      const pair = { id: meta.id, ...layPair(prompt, chosen, answer(reply)) };
      return supervisePrompt ? withPromptSupervised(pair) : pair;
    });
  });
}

/**
 * Lays out a prompt and two texts that begin with it, all as tokens. The answers begin where prompt and text first
 * differ, which is not always the end of the prompt: a tokenizer may merge across it (TRL does the same). Nothing is
 * supervised where the answers are equal.
 */
export function layPair(
  prompt: readonly number[],
  chosen: readonly number[],
  rejected: readonly number[],
): Omit<EncodedExample, 'id'> {
  const answer = Math.min(commonPrefix(prompt, chosen), commonPrefix(prompt, rejected));
  const shared = commonPrefix(chosen, rejected);
  const tokens = Int32Array.from([...chosen, ...rejected.slice(shared)]);
  const differ = tokens.length > shared;
  return {
    tokens,
    supervised: new Uint8Array(tokens.length).fill(differ ? 1 : 0, answer),
    pair: { answer, chosen: shared, rejected: chosen.length },
  };
}

/** ORPO learns the whole chosen text. A pair whose answers are equal stays without supervised tokens. */
function withPromptSupervised(example: EncodedExample): EncodedExample {
  const { supervised } = example;
  return supervised.includes(1) ? { ...example, supervised: supervised.fill(1) } : example;
}

/** Cuts each of the two texts of a pair to `length` tokens, as TRL's `max_length` does. */
export function cutPair(
  { tokens, supervised, ...rest }: EncodedExample,
  pair: PairLayout,
  length: number,
): EncodedExample {
  const { answer, chosen, rejected } = pair;
  const shared = Math.min(chosen, length);
  const room = length - shared;
  const chosenEnd = Math.min(rejected, chosen + room);
  const parts = [
    [0, shared],
    [chosen, chosenEnd],
    [rejected, Math.min(tokens.length, rejected + room)],
  ] as const;
  const kept = parts.flatMap(([start, end]) => [...tokens.subarray(start, end)]);
  const mask = parts.flatMap(([start, end]) => [...supervised.subarray(start, end)]);
  return {
    ...rest,
    tokens: Int32Array.from(kept),
    supervised: kept.length > shared ? Uint8Array.from(mask) : new Uint8Array(shared),
    pair: { answer: Math.min(answer, shared), chosen: shared, rejected: shared + chosenEnd - chosen },
  };
}

function commonPrefix(a: readonly number[], b: readonly number[]): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
