import type { Example } from '../data/example.ts';
import { loadChatFormat } from './chat-format.ts';
import { encodeConversation } from './encode-conversation.ts';
import type { EncodedExample } from './encoded-example.ts';
import { cutPair, encodePairs } from './encode-pairs.ts';

export type Encoder = (example: Example) => EncodedExample;

/** Encodes conversations as the model in `folder` sees them (see encodeConversation), cut to `length` tokens. */
export async function openEncoder(folder: string, length = Infinity): Promise<Encoder> {
  const format = await loadChatFormat(folder);
  return (example) => cutTo(encodeConversation(format, example), length);
}

/** Encodes the preference pairs of examples as the model in `folder` sees them (see encodePairs). */
export async function openPairEncoder(
  folder: string,
  options: { supervisePrompt: boolean },
): Promise<(example: Example) => EncodedExample[]> {
  const format = await loadChatFormat(folder);
  return (example) => encodePairs(format, example, options);
}

/** The first `length` tokens of an example; of a pair those of each of its two texts. */
export function cutTo(example: EncodedExample, length: number): EncodedExample {
  const { tokens, supervised, pair } = example;
  if (pair) return cutPair(example, pair, length);
  return { ...example, tokens: tokens.slice(0, length), supervised: supervised.slice(0, length) };
}
