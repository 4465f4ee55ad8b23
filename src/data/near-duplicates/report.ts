/** Near-duplicates for people to read: counts by topic, clusters, and those that were left alone. */
import type { Json } from '../../base/json.ts';
import type { Cluster } from './clusters.ts';
import type { SimilarityCorpus } from './corpus.ts';

const mostClusters = 500;
const mostMembers = 20;
const noTopic = '(no topic)';

/** near-duplicates.json: totals, removals by topic, topics that contradict each other, and the largest clusters. */
export function nearDuplicatesReport(corpus: SimilarityCorpus, clusters: readonly Cluster[]): Json {
  const topic = (record: number): string => corpus.topic(record) ?? noTopic;
  const byTopic = new Map<string, { removed: number; other_topic: number }>();
  const conflicts = new Map<string, { kept: string; removed: string; count: number }>();
  let removed = 0;
  for (const { keeper, members, large } of clusters) {
    if (large) continue;
    removed += members.length;
    for (const { record } of members) {
      const [kept, gone] = [topic(keeper), topic(record)];
      const counts = getOrMake(byTopic, gone, () => ({ removed: 0, other_topic: 0 }));
      counts.removed += 1;
      if (kept === gone) continue;
      counts.other_topic += 1;
      getOrMake(conflicts, JSON.stringify([kept, gone]), () => ({
        kept,
        removed: gone,
        count: 0,
      })).count += 1;
    }
  }
  const shown = clusters.filter(({ large }, i) => large || i < mostClusters);
  return {
    records: corpus.size,
    threshold: corpus.threshold,
    banding: corpus.banding,
    clusters: clusters.length,
    removed,
    largest_cluster: clusters[0] ? clusters[0].members.length + 1 : 0,
    removed_by_topic: Object.fromEntries([...byTopic].sort(([a], [b]) => (a < b ? -1 : 1))),
    topic_conflicts: [...conflicts.values()].sort(
      (a, b) => b.count - a.count || (a.kept + a.removed < b.kept + b.removed ? -1 : 1),
    ),
    shown: shown.map(({ keeper, members, connected, large }) => ({
      keeper: { id: corpus.ids[keeper]!, topic: topic(keeper) },
      size: members.length + 1,
      lowest_similarity: rounded(members.at(-1)!.similarity),
      connected,
      ...(large && { left_alone: true }),
      members: members.slice(0, mostMembers).map(({ record, similarity }) => ({
        id: corpus.ids[record]!,
        topic: topic(record),
        similarity: rounded(similarity),
      })),
    })),
  };
}

/** What a cluster that was left alone is, and what to do about it. */
export function explainLargeCluster(corpus: SimilarityCorpus, { keeper, members }: Cluster): string {
  const size = members.length + 1;
  const share = ((100 * size) / corpus.size).toFixed(1);
  return (
    `${size} of ${corpus.size} records (${share} %) say nearly the same as ${corpus.ids[keeper]}, the least similar ` +
    `at ${members.at(-1)!.similarity.toFixed(2)}. That many are seldom an accident: a template, or one cause. All were ` +
    `kept; see near-duplicates.json, and raise curate.deduplicate.near.largest_share to keep only one of them.`
  );
}

function rounded(value: number): number {
  return Number(value.toFixed(4));
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
