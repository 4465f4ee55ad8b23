import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseTimestamp } from '../../base/timestamp.ts';
import type { DisjointSets } from '../../base/union-find.ts';
import type { BenchmarkIndex, Overlap } from '../benchmarks/overlap.ts';
import { contentKey } from '../content-key.ts';
import { conversationOf } from '../example.ts';
import { throwIfInterrupted } from '../../base/interrupt.ts';
import { LocalShuffle } from '../engine/local-shuffle.ts';
import { similarityFact } from '../near-duplicates/similarity-fact.ts';
import { joinedSets } from '../near-duplicates/joined-sets.ts';
import { similarityShuffle } from '../near-duplicates/similarity-shuffle.ts';
import { makeSketcher } from '../near-duplicates/sketched-fact.ts';
import { readExamples } from '../read-examples.ts';
import type { SplitContext } from './split-context.ts';
import type { SplitUnit } from './group-units.ts';

export type Units = {
  /** The examples, in their order in the file. */
  units: SplitUnit[];
  /** What an example shares with a benchmark, by its number. */
  overlaps: Map<number, Overlap>;
  /** The examples that say nearly the same. */
  similar: DisjointSets;
};

/** One pass over the examples: what each is placed by, what it shares with benchmarks, and which say nearly the same. */
export async function readUnits(
  { config, examplesPath, outputFolder, signal }: SplitContext,
  benchmarks: BenchmarkIndex | undefined,
): Promise<Units> {
  const units: SplitUnit[] = [];
  const overlaps: Units['overlaps'] = new Map();
  const scratchFolder = join(outputFolder, 'scratch');
  const threshold = config.similarity;
  const sketched = makeSketcher(threshold);
  const corpus = new LocalShuffle(similarityShuffle(threshold), { scratchFolder, signal });
  try {
    for await (const example of readExamples(examplesPath)) {
      throwIfInterrupted(signal);
      const { meta, messages } = example;
      const overlap = benchmarks?.find(example);
      if (overlap) overlaps.set(units.length, overlap);
      const time = config.by === 'time' ? parseTimestamp(meta.createdAt ?? '') : undefined;
      units.push({
        id: meta.id,
        conversation: conversationOf(meta),
        content: contentKey(messages),
        stratum: String(meta[config.stratify] ?? ''),
        ...(time !== undefined && { time }),
        ...(meta['synthetic'] === true && { synthetic: true }),
      });
      await corpus.add(sketched(similarityFact(example)));
    }
    const similar = await joinedSets(await corpus.finish(), { threshold, honourPreferences: false });
    return { units, overlaps, similar };
  } finally {
    await rm(scratchFolder, { recursive: true, force: true });
  }
}
