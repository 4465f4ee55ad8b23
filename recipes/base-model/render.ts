/** Records of the corpus as the text that is encoded. What they say is text, even where it spells a special token. */
import { type ChatTemplate, renderChat } from '../../src/text/chat-template.ts';
import { splitWords } from '../../src/text/byte-bpe.ts';
import { quoteMessages, quotePatterns } from '../../src/text/quote-messages.ts';
import type { CorpusRecord } from './corpus-record.ts';

export const endOfText = '<|endoftext|>';
export const endOfTurn = '<|im_end|>';
export const padding = '<|pad|>';
/** Special tokens that belong to the text. */
export const visibleTokens = ['<tool_call>', '</tool_call>'];
const roleTokens = ['<|system|>', '<|user|>', '<|assistant|>', '<|tool|>'];
export const specialTokens = [endOfText, endOfTurn, padding, ...roleTokens, ...visibleTokens];

export type Rendered = {
  text: string;
  /** What stands inside special tokens that the record spells out; Tokenizer.encode takes it out again. */
  guard: string | undefined;
  source: string;
};

/** A document ends with <|endoftext|>, a conversation as the template ends it. */
export function openRenderer(template: ChatTemplate): (record: CorpusRecord) => Rendered {
  const addedTokens = specialTokens.map((content) => ({
    content,
    isControl: !visibleTokens.includes(content),
  }));
  const patterns = quotePatterns({ addedTokens }, template);
  return (record) => {
    const { source } = record;
    // A document is data from its first letter to its last, as what a user says is.
    const messages =
      record.kind === 'document'
        ? [{ role: 'user' as const, content: record.text }]
        : record.example.messages;
    const quoted = quoteMessages(messages, patterns);
    const text =
      record.kind === 'document'
        ? quoted.messages[0]!.content + endOfText
        : renderChat(template, quoted.messages, { addGenerationPrompt: false });
    return { text, guard: quoted.guard, source };
  };
}

const special = new RegExp(specialTokens.map((token) => RegExp.escape(token)).join('|'));

/**
 * Words outside special tokens. Numbers are left out, so that no merge joins digits and every number is written digit
 * by digit: a small model copies and adds numbers far better when they are always cut the same way.
 */
export function countWords(texts: readonly Rendered[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { text, guard } of texts) {
    for (const section of text.split(special)) {
      for (const word of splitWords(guard === undefined ? section : section.replaceAll(guard, ''))) {
        if (!/\p{N}/u.test(word)) counts.set(word, (counts.get(word) ?? 0) + 1);
      }
    }
  }
  return counts;
}
