import type { NearDuplicatesConfig } from '../config/duplicates.ts';
import { chooseBanding } from '../near-duplicates/banding.ts';
import type { Keepers } from '../near-duplicates/clusters.ts';
import { similarityFact } from '../near-duplicates/similarity-fact.ts';
import { joinedSets } from '../near-duplicates/joined-sets.ts';
import {
  addSummary,
  type ClusterSummary,
  emptySummary,
  explainLargeCluster,
  nearDuplicatesReport,
} from '../near-duplicates/report.ts';
import { clusterSets, similarityShuffle } from '../near-duplicates/similarity-shuffle.ts';
import { makeSketcher, type SketchedFact } from '../near-duplicates/sketched-fact.ts';
import type { Reduced, ShuffleRule } from '../rule.ts';

/** The records of one part that go, by their place in it. */
type Plan = { first: number; keepers: Keepers };

/** Keeps one of the conversations that say nearly the same: a real one, the longest, and of equally long ones that of the lowest id. */
export function nearDuplicates({
  threshold,
  largest_share: largestShare,
}: NearDuplicatesConfig): ShuffleRule<SketchedFact, Reduced, Plan> {
  const sketched = makeSketcher(threshold);
  return {
    name: 'near_duplicates',
    ...similarityShuffle(threshold),
    observe: (example) => sketched(similarityFact(example)),
    conclude: async (shuffle, { writeReport, report }) => {
      const { count: records, parts } = shuffle;
      const sets = await joinedSets(shuffle, { threshold, honourPreferences: true });
      const clusters = await clusterSets(shuffle, sets, { threshold, largestShare });
      const summary = emptySummary();
      for await (const one of clusters.pieces<ClusterSummary>(parts.length)) addSummary(summary, one);
      const banding = chooseBanding(threshold);
      await writeReport('near-duplicates', nearDuplicatesReport(summary, { records, threshold, banding }));
      for (const cluster of summary.shown)
        if (cluster.large) report({ type: 'warning', message: explainLargeCluster(cluster, records) });
      return clusters;
    },
    slice: async (clusters, { number, first }) => {
      const keepers: Keepers = new Map();
      for await (const some of clusters.pieces<Keepers>(number))
        for (const [record, keeper] of some) keepers.set(record, keeper);
      return { first, keepers };
    },
    apply: (example, index, { first, keepers }) => {
      const keeper = keepers.get(index - first);
      if (!keeper) return { example };
      const reason = `nearly the same as ${keeper.id} (similarity ${keeper.similarity.toFixed(2)})`;
      const { topic } = example.meta;
      if (topic === keeper.topic) return { drop: reason, kind: 'near-duplicate' };
      return {
        drop: `${reason}, but its topic is ${topic ?? 'missing'}, not ${keeper.topic ?? 'missing'}`,
        kind: 'near-duplicate with another topic',
      };
    },
  };
}
