import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseTimestamp } from '../../base/timestamp.ts';
import type { DisjointSets } from '../../base/union-find.ts';
import type { BenchmarkIndex, Overlap } from '../benchmarks/overlap.ts';
import { contentKey } from '../content-key.ts';
import { throwIfInterrupted } from '../interrupt.ts';
import { findComponents } from '../near-duplicates/components.ts';
import { SimilarityCorpus } from '../near-duplicates/corpus.ts';
import { similarityFact } from '../near-duplicates/fact.ts';
import { readExamples } from '../read-examples.ts';
import type { SplitContext } from './context.ts';
import type { SplitUnit } from './groups.ts';

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
  { config, examplesPath, outputFolder, report, signal }: SplitContext,
  benchmarks: BenchmarkIndex | undefined,
): Promise<Units> {
  const units: SplitUnit[] = [];
  const overlaps: Units['overlaps'] = new Map();
  const scratchFolder = join(outputFolder, 'scratch');
  await mkdir(scratchFolder, { recursive: true });
  const corpus = new SimilarityCorpus({ threshold: config.similarity, scratchFolder });
  try {
    for await (const example of readExamples(examplesPath)) {
      throwIfInterrupted(signal);
      const { meta, messages } = example;
      const overlap = benchmarks?.find(example);
      if (overlap) overlaps.set(units.length, overlap);
      const time = config.by === 'time' ? parseTimestamp(meta.createdAt ?? '') : undefined;
      units.push({
        id: meta.id,
        conversation: meta.conversation ?? meta.id,
        content: contentKey(messages),
        stratum: String(meta[config.stratify] ?? ''),
        ...(time !== undefined && { time }),
        ...(meta['synthetic'] === true && { synthetic: true }),
      });
      corpus.add(similarityFact(example));
    }
    const similar = await findComponents(corpus, { honourPreferences: false, report, signal });
    return { units, overlaps, similar };
  } finally {
    corpus.close();
    await rm(scratchFolder, { recursive: true, force: true });
  }
}
