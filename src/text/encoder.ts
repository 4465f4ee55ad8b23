import type { Example } from '../data/example.ts';
import { loadChatTemplate } from './chat-template.ts';
import { encodeConversation } from './chat.ts';
import type { EncodedExample } from './encoded.ts';
import { loadTokenizer } from './tokenizer.ts';

export type Encoder = (example: Example) => EncodedExample;

/** Encodes conversations as the model in `folder` sees them (see encodeConversation), cut to `length` tokens. */
export async function openEncoder(folder: string, length = Infinity): Promise<Encoder> {
  const tokenizer = await loadTokenizer(folder);
  const template = await loadChatTemplate(folder);
  return (example) => cutTo(encodeConversation(tokenizer, template, example), length);
}

/** The first `length` tokens of an example. */
export function cutTo({ id, tokens, supervised }: EncodedExample, length: number): EncodedExample {
  return { id, tokens: tokens.slice(0, length), supervised: supervised.slice(0, length) };
}
