import type { Example } from '../data/example.ts';
import { loadChatTemplate } from './chat-template.ts';
import { encodeConversation } from './chat.ts';
import type { EncodedExample } from './encoded.ts';
import { cutPair, encodePairs } from './pairs.ts';
import { loadTokenizer } from './tokenizer.ts';

export type Encoder = (example: Example) => EncodedExample;

/** Encodes conversations as the model in `folder` sees them (see encodeConversation), cut to `length` tokens. */
export async function openEncoder(folder: string, length = Infinity): Promise<Encoder> {
  const tokenizer = await loadTokenizer(folder);
  const template = await loadChatTemplate(folder);
  return (example) => cutTo(encodeConversation(tokenizer, template, example), length);
}

/** Encodes the preference pairs of examples as the model in `folder` sees them (see encodePairs). */
export async function openPairEncoder(
  folder: string,
  options: { supervisePrompt: boolean },
): Promise<(example: Example) => EncodedExample[]> {
  const tokenizer = await loadTokenizer(folder);
  const template = await loadChatTemplate(folder);
  return (example) => encodePairs(tokenizer, template, example, options);
}

/** The first `length` tokens of an example; of a pair those of each of its two texts. */
export function cutTo(example: EncodedExample, length: number): EncodedExample {
  const { tokens, supervised, pair } = example;
  if (pair) return cutPair(example, pair, length);
  return { ...example, tokens: tokens.slice(0, length), supervised: supervised.slice(0, length) };
}
