import { hashWords, type Words } from '../../text/hashed-words.ts';
import type { Example } from '../example.ts';
import { isSpoken } from '../spoken-text.ts';

/** What customer and agent said, in order, with the words hashed once for all components. Tool results and system prompts are not in it. */
export type Reading = { example: Example; turns: readonly Turn[] };

export type Turn = {
  role: 'user' | 'assistant';
  text: string;
  words: Words;
  /** Whether the turn calls a tool. */
  calls: boolean;
};

/** Characters of a message that the components look at: longer ones are logs or documents and would cost minutes. */
export const readCharacters = 100_000;

export function readConversation(example: Example): Reading {
  const turns: Turn[] = [];
  for (const { role, content, toolCalls } of example.messages.filter(isSpoken)) {
    const text = content.length > readCharacters ? content.slice(0, readCharacters) : content;
    turns.push({ role, text, words: hashWords(text), calls: (toolCalls?.length ?? 0) > 0 });
  }
  return { example, turns };
}

/** The replies that say something; a turn that only calls a tool says nothing. */
export function repliesOf(turns: readonly Turn[]): Turn[] {
  return turns.filter(({ role, words }) => role === 'assistant' && words.hashes.length > 0);
}
