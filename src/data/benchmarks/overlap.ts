/** Whether an example holds a benchmark's text: what is tested must not be trained on. */
import { textUnits, type UnitKind, wideShingles } from '../../text/shingles.ts';
import type { Example } from '../example.ts';
import { comparableOf } from '../near-duplicates/similarity-fact.ts';
import type { Comparable } from '../near-duplicates/similarity.ts';
import { SimilarityIndex } from '../near-duplicates/similarity-index.ts';
import { isSpoken } from '../spoken-text.ts';
import type { BenchmarkText } from './read.ts';

/** Texts that share a run of so many words or characters overlap; 13 words as in GPT-3's report (arXiv 2005.14165, C). */
const runLength: Readonly<Record<UnitKind, number>> = { word: 13, character: 26 };
/** A text shorter than a run counts when all of it is found; below this it would be found by accident. */
const leastLength: Readonly<Record<UnitKind, number>> = { word: 8, character: 16 };

/** What an example shares with which text. */
export type Overlap = { reason: string; kind: string };

export type BenchmarkIndex = {
  /** Texts long enough to be looked for. */
  texts: number;
  /** What one of the example's messages shares with which text; undefined when nothing. */
  find: (example: Example) => Overlap | undefined;
};

/** Holds the texts' runs of words in memory: about 50 bytes for each word of the benchmarks. */
export async function indexBenchmarks(
  texts: AsyncIterable<BenchmarkText>,
  threshold: number,
): Promise<BenchmarkIndex> {
  const places: string[] = [];
  const comparables: Comparable[] = [];
  /** The text that has a run. A run of 8 words and one of 13 never have one hash. */
  const textWithRun = new Map<number, number>();
  const lengths: Readonly<Record<UnitKind, Set<number>>> = { word: new Set(), character: new Set() };
  for await (const { text, place } of texts) {
    const { kind, hashes } = textUnits(text);
    if (hashes.length < leastLength[kind]) continue;
    const length = Math.min(hashes.length, runLength[kind]);
    lengths[kind].add(length);
    for (const run of wideShingles(hashes, length))
      if (!textWithRun.has(run)) textWithRun.set(run, places.length);
    places.push(place);
    comparables.push(comparableOf(text));
  }
  const similar = new SimilarityIndex(comparables, threshold);
  const findIn = (content: string): Overlap | undefined => {
    const { kind, hashes } = textUnits(content);
    if (hashes.length < leastLength[kind]) return undefined;
    for (const length of lengths[kind])
      for (const run of wideShingles(hashes, length)) {
        const text = textWithRun.get(run);
        if (text !== undefined)
          return {
            reason: `shares ${length} ${kind}s in a row with ${places[text]}`,
            kind: 'overlaps a benchmark',
          };
      }
    const [found] = similar.find(comparableOf(content));
    return (
      found && {
        reason: `nearly the same as ${places[found.text]} (similarity ${found.similarity.toFixed(2)})`,
        kind: 'near-duplicate of a benchmark',
      }
    );
  };
  return {
    texts: places.length,
    find: ({ messages }) => {
      for (const { content } of messages.filter(isSpoken)) {
        const found = findIn(content);
        if (found) return found;
      }
      return undefined;
    },
  };
}
