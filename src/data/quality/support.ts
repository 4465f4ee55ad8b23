import { hashWords } from '../../text/hashed-words.ts';
import type { Embedder } from '../embeddings/embedder.ts';
import { type PassageIndex, supportOf } from './passage-index.ts';
import { repliesOf, type Turn } from './reading.ts';

/** Sentences of fewer distinct words state nothing that a knowledge base would hold. */
const leastWords = 6;
const mostStatements = 50;
const nearestPassages = 3;

/** The sentences of the replies that state something: not questions, and long enough. At most 50. */
export function statementsOf(turns: readonly Turn[]): string[] {
  const statements: string[] = [];
  for (const { text } of repliesOf(turns))
    for (const [sentence] of text.matchAll(/[^.!?。！？\n]+[.!?。！？]?/g)) {
      if (/[?？]$/.test(sentence)) continue;
      if (new Set(hashWords(sentence).stems).size >= leastWords) statements.push(sentence.trim());
      if (statements.length === mostStatements) return statements;
    }
  return statements;
}

/**
 * How far the knowledge base holds what the replies state: the mean over the statements of the share of a statement's
 * words, weighted by rarity, in the passage that has most of them. Unknown without a statement. Passages come nearest first,
 * three at most.
 */
export function lexicalSupport(
  statements: readonly string[],
  index: PassageIndex,
): { support: number | undefined; passages: string[] } {
  if (statements.length === 0) return { support: undefined, passages: [] };
  const supports = statements.map((one) => supportOf(index, new Set(hashWords(one).stems)));
  const nearest = supports
    .filter(({ passage }) => passage !== undefined)
    .sort((a, b) => b.share - a.share)
    .map(({ passage }) => passage!);
  return {
    support: supports.reduce((sum, { share }) => sum + share, 0) / supports.length,
    passages: [...new Set(nearest)].slice(0, nearestPassages).map((passage) => index.passages[passage]!),
  };
}

/** Vectors of the passages, [passages, dimensions]. */
export type PassageVectors = { embedder: Embedder; vectors: Float32Array };

/** The mean over the statements of the highest cosine with a passage, in [0, 1] (negative cosines count as 0); unknown without a statement. */
export async function semanticSupport(
  statements: readonly string[],
  { embedder, vectors }: PassageVectors,
  signal: AbortSignal,
): Promise<number | undefined> {
  if (statements.length === 0 || vectors.length === 0) return undefined;
  const { dimensions } = embedder;
  const rows = await embedder.embed(statements, signal);
  let sum = 0;
  for (let row = 0; row < statements.length; row++) {
    let best = 0;
    for (let at = 0; at < vectors.length; at += dimensions) {
      let dot = 0;
      for (let i = 0; i < dimensions; i++) dot += rows[row * dimensions + i]! * vectors[at + i]!;
      best = Math.max(best, dot);
    }
    sum += Math.min(1, best);
  }
  return sum / statements.length;
}
