import type { Example } from '../../data/example.ts';
import { loadChatTemplate } from '../../text/chat-template.ts';
import { encodeConversation } from '../../text/chat.ts';
import type { EncodedExample } from '../../text/encoded.ts';
import { loadTokenizer } from '../../text/tokenizer.ts';

/** Conversations as the model in `base` sees them, cut to `length` tokens as in training. */
export async function openEncoder(
  base: string,
  length: number,
): Promise<(example: Example) => EncodedExample> {
  const tokenizer = await loadTokenizer(base);
  const template = await loadChatTemplate(base);
  return (example) => {
    const { id, tokens, supervised } = encodeConversation(tokenizer, template, example);
    return { id, tokens: tokens.slice(0, length), supervised: supervised.slice(0, length) };
  };
}
