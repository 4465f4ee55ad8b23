/** How near-duplicates are found by shuffling: what a rule, or whoever has the records at hand, hands on to the engine. */
import type { DisjointSets } from '../../base/union-find.ts';
import type { Reduced, Shuffle, ShuffleRule } from '../rule.ts';
import { divideByBand } from './divide-by-band.ts';
import { type ClusterParameters, divideIntoClusters } from './clusters.ts';
import { joinBuckets } from './join-buckets.ts';
import { divideSets } from './joined-sets.ts';
import { encodeRecord } from './similar-record.ts';
import type { SketchedFact } from './sketched-fact.ts';

export type SimilarityShuffle = Pick<ShuffleRule<SketchedFact, unknown>, 'divide' | 'reductions'> & {
  row: (fact: SketchedFact) => Uint8Array;
};

/** Finds pairs with a Jaccard similarity of `threshold` and more. */
export function similarityShuffle(threshold: number): SimilarityShuffle {
  return {
    divide: (facts, partitions) => divideByBand(facts, partitions, threshold),
    row: encodeRecord,
    reductions: { join: joinBuckets, cluster: divideIntoClusters },
  };
}

/** No cluster of fewer records is called large, whatever its share. */
const leastLarge = 50;

/** The clusters of connected records (see divideIntoClusters). */
export function clusterSets(
  shuffle: Shuffle,
  sets: DisjointSets,
  { threshold, largestShare }: { threshold: number; largestShare: number },
): Promise<Reduced> {
  const parameters: ClusterParameters = {
    threshold,
    largest: Math.max(leastLarge, largestShare * shuffle.count),
  };
  return shuffle.reduce('cluster', { parameters, pieces: divideSets(sets, shuffle.partitions) });
}
