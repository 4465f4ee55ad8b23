/** Finds near-duplicates in this process, as the rule does, for tests and measurements. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DisjointSets } from '../../src/base/union-find.ts';
import { LocalShuffle } from '../../src/data/engine/local-shuffle.ts';
import type { Keepers } from '../../src/data/near-duplicates/clusters.ts';
import type { SimilarityFact } from '../../src/data/near-duplicates/similarity-fact.ts';
import { joinedSets } from '../../src/data/near-duplicates/joined-sets.ts';
import {
  addSummary,
  type ClusterSummary,
  emptySummary,
  type ShownCluster,
} from '../../src/data/near-duplicates/report.ts';
import { clusterSets, similarityShuffle } from '../../src/data/near-duplicates/similarity-shuffle.ts';
import { makeSketcher } from '../../src/data/near-duplicates/sketched-fact.ts';

export type FoundDuplicates = {
  /** By index: records that are connected by similar pairs. */
  sets: DisjointSets;
  /** The records of clusters that are not too large, by index, and the ids of those that stay in their place. */
  keeperOf: Map<number, string>;
  clusters: ShownCluster[];
};

const { signal } = new AbortController();

export async function findNearDuplicates(
  facts: Iterable<SimilarityFact>,
  {
    threshold = 0.8,
    largestShare = 1,
    honourPreferences = true,
    ...shuffled
  }: {
    threshold?: number;
    largestShare?: number;
    honourPreferences?: boolean;
    partitions?: number;
    partSize?: number;
  } = {},
): Promise<FoundDuplicates> {
  const scratchFolder = await mkdtemp(join(tmpdir(), 'attune-near-duplicates-'));
  try {
    const corpus = new LocalShuffle(similarityShuffle(threshold), { scratchFolder, signal, ...shuffled });
    const sketched = makeSketcher(threshold);
    for (const one of facts) await corpus.add(sketched(one));
    const shuffle = await corpus.finish();
    const sets = await joinedSets(shuffle, { threshold, honourPreferences });
    const divided = await clusterSets(shuffle, sets, { threshold, largestShare });
    const keeperOf = new Map<number, string>();
    for (const [number, { first }] of shuffle.parts.entries())
      for await (const keepers of divided.pieces<Keepers>(number))
        for (const [record, { id }] of keepers) keeperOf.set(first + record, id);
    const summary = emptySummary();
    for await (const one of divided.pieces<ClusterSummary>(shuffle.parts.length)) addSummary(summary, one);
    return { sets, keeperOf, clusters: summary.shown };
  } finally {
    await rm(scratchFolder, { recursive: true });
  }
}
