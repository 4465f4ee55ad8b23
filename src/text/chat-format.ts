/**
 * How a model reads conversations: its chat template and its tokenizer together. Training, evaluation and serving all
 * make token ids of messages here, so that a text is read alike everywhere and no text can pass for a control token.
 */
import type { Message } from '../data/example.ts';
import { loadChatTemplate, renderChat, type ChatTemplate } from './chat-template.ts';
import { quoteMessages, quotePatterns, type QuotePatterns } from './quote-messages.ts';
import { loadTokenizer, type Tokenizer } from './tokenizer.ts';

export type ChatFormat = {
  readonly tokenizer: Tokenizer;
  readonly template: ChatTemplate;
  readonly patterns: QuotePatterns;
};

/** Loads tokenizer and chat template of a model folder. Throws AttuneError 'model' as loadTokenizer and loadChatTemplate do. */
export async function loadChatFormat(folder: string): Promise<ChatFormat> {
  return chatFormat(await loadTokenizer(folder), await loadChatTemplate(folder));
}

export function chatFormat(tokenizer: Tokenizer, template: ChatTemplate): ChatFormat {
  return { tokenizer, template, patterns: quotePatterns(tokenizer, template) };
}

/** The token ids a model sees for `messages`; with `addGenerationPrompt` they end where the assistant starts to speak. */
export function encodeMessages(
  format: ChatFormat,
  messages: readonly Message[],
  options: { addGenerationPrompt: boolean },
): number[] {
  const quoted = quoteMessages(messages, format.patterns);
  return format.tokenizer.encode(renderChat(format.template, quoted.messages, options), quoted.guard);
}
