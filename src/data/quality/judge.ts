import type { Example } from '../example.ts';

/**
 * A judge's opinion of a conversation: a score from 0 (useless or wrong) to 1 (an answer to learn from) and the reason
 * in a sentence. It is given the passages of the knowledge base that are nearest to the replies; there may be none.
 * Undefined where it has no opinion: the conversation is too long, the answer could not be read, the money is spent.
 */
export type Judge = (
  example: Example,
  passages: readonly string[],
) => Promise<{ score: number; reason: string } | undefined>;
