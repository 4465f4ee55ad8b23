/** Conversations written as one text, as HH-RLHF has them: "\n\nHuman: ...\n\nAssistant: ...". */
import type { Message } from '../example.ts';
import { message, RecordError } from './field-checks.ts';

/** Only at the start of a paragraph: people write "Human:" within a turn too. */
const turn = /(?:^|\n\n)(Human|Assistant):/g;

export function isTranscript(text: string): boolean {
  return /^\s*Human:/.test(text) && text.includes('\n\nAssistant:');
}

/** Throws RecordError when something stands before the first turn. */
export function parseTranscript(text: string, field: string): Message[] {
  const start = text.trimStart();
  const marks = [...start.matchAll(turn)];
  if (marks[0]?.index !== 0) throw new RecordError(`${field} does not begin with "Human:"`);
  return marks.map((mark, i) => {
    const content = start.slice(mark.index + mark[0].length, marks[i + 1]?.index ?? start.length);
    return message(mark[1] === 'Human' ? 'user' : 'assistant', content.trim());
  });
}
