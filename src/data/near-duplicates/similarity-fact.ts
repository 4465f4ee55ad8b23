import { shinglesOf, textUnits } from '../../text/shingles.ts';
import { preferenceMark } from '../content-key.ts';
import type { Example } from '../example.ts';
import { isSpoken } from '../spoken-text.ts';
import type { Comparable } from './similarity.ts';

/** What finding near-duplicates needs of a record. */
export type SimilarityFact = Comparable & {
  id: string;
  topic?: string;
  /** Length of the normalised text, by which the record to keep is chosen. */
  length: number;
  /** A language model wrote it: a real record is kept rather than it. */
  synthetic?: boolean;
  /** Tells records apart whose preferences differ (content-key.ts); 0 for a record without any. */
  preferences: number;
};

/** Texts of fewer words, or characters, are compared by them and not by shingles. */
const shortBelow = { word: 8, character: 16 } as const;

/** What two texts are compared by. */
export function comparableOf(text: string): Comparable & { length: number } {
  const { kind, hashes, length } = textUnits(text);
  const shingles = shinglesOf({ kind, hashes });
  return hashes.length < shortBelow[kind]
    ? { kind, shingles, length, shortText: hashes }
    : { kind, shingles, length };
}

/** What of an example near-duplicates are told by. */
export function similarityFact(example: Example): SimilarityFact {
  const { id, topic } = example.meta;
  return {
    id,
    ...(topic !== undefined && { topic }),
    ...comparableOf(conversationText(example)),
    ...(example.meta['synthetic'] === true && { synthetic: true }),
    preferences: preferenceMark(example),
  };
}

/**
 * What user and assistant say, and the tools that the assistant calls. Not the system prompt and the tools' results:
 * the one is the same for all, the others come from outside.
 */
function conversationText({ messages }: Example): string {
  const parts: string[] = [];
  for (const { content, toolCalls } of messages.filter(isSpoken)) {
    parts.push(content);
    for (const call of toolCalls ?? []) parts.push(call.name, JSON.stringify(call.arguments));
  }
  return parts.join('\n');
}
