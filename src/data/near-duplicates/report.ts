/** Near-duplicates for people to read: counts by topic, clusters, and those that were left alone. */
import { counted, formatCount } from '../../base/number-text.ts';
import type { Json } from '../../base/json.ts';
import type { Banding } from './banding.ts';
import type { Cluster } from './clusters.ts';

const mostClusters = 500;
const mostMembers = 20;
const noTopic = '(no topic)';

/** A cluster as far as it is shown: its most similar members, and the least similar one last. */
export type ShownCluster = {
  keeper: { id: string; topic: string };
  size: number;
  lowestSimilarity: number;
  connected: number;
  large: boolean;
  members: { id: string; topic: string; similarity: number }[];
};

type Conflict = { kept: string; removed: string; count: number };

/** What is told of clusters, which may be added up. */
export type ClusterSummary = {
  clusters: number;
  removed: number;
  /** Records of the clusters that were left alone. */
  leftAlone: number;
  byTopic: Map<string, { removed: number; other_topic: number }>;
  conflicts: Map<string, Conflict>;
  /** The largest, and those that were left alone. */
  shown: ShownCluster[];
};

export function emptySummary(): ClusterSummary {
  return { clusters: 0, removed: 0, leftAlone: 0, byTopic: new Map(), conflicts: new Map(), shown: [] };
}

export function addCluster(sum: ClusterSummary, { keeper, members, connected, large }: Cluster): void {
  const keptTopic = keeper.topic ?? noTopic;
  sum.clusters += 1;
  if (large) sum.leftAlone += members.length + 1;
  else {
    sum.removed += members.length;
    for (const { topic: gone = noTopic } of members) {
      const more = Number(keptTopic !== gone);
      addTopic(sum, gone, { removed: 1, other_topic: more });
      if (more > 0) addConflict(sum, { kept: keptTopic, removed: gone, count: 1 });
    }
  }
  sum.shown.push({
    keeper: { id: keeper.id, topic: keptTopic },
    size: members.length + 1,
    lowestSimilarity: members.at(-1)!.similarity,
    connected,
    large,
    members: [...members.slice(0, mostMembers - 1), ...members.slice(mostMembers - 1).slice(-1)].map(
      ({ id, topic = noTopic, similarity }) => ({ id, topic, similarity }),
    ),
  });
  // Now and then, so that adding one costs little.
  if (sum.shown.length > 4 * mostClusters) sum.shown = mostShown(sum.shown);
}

export function addSummary(sum: ClusterSummary, other: ClusterSummary): void {
  sum.clusters += other.clusters;
  sum.removed += other.removed;
  sum.leftAlone += other.leftAlone;
  for (const [topic, counts] of other.byTopic) addTopic(sum, topic, counts);
  for (const conflict of other.conflicts.values()) addConflict(sum, conflict);
  sum.shown = mostShown([...sum.shown, ...other.shown]);
}

/** The largest first, of equally large ones the lowest id. */
function mostShown(clusters: readonly ShownCluster[]): ShownCluster[] {
  return clusters
    .toSorted((a, b) => b.size - a.size || (a.keeper.id < b.keeper.id ? -1 : 1))
    .filter(({ large }, i) => large || i < mostClusters);
}

function addTopic(
  { byTopic }: ClusterSummary,
  topic: string,
  more: { removed: number; other_topic: number },
): void {
  const counts = byTopic.get(topic) ?? { removed: 0, other_topic: 0 };
  counts.removed += more.removed;
  counts.other_topic += more.other_topic;
  byTopic.set(topic, counts);
}

function addConflict({ conflicts }: ClusterSummary, { kept, removed, count }: Conflict): void {
  const key = JSON.stringify([kept, removed]);
  const known = conflicts.get(key) ?? { kept, removed, count: 0 };
  known.count += count;
  conflicts.set(key, known);
}

/** near-duplicates.json: totals, removals by topic, topics that contradict each other, and the largest clusters. */
export function nearDuplicatesReport(
  { clusters, removed, leftAlone, byTopic, conflicts, shown }: ClusterSummary,
  { records, threshold, banding }: { records: number; threshold: number; banding: Banding },
): Json {
  return {
    records,
    threshold,
    banding,
    clusters,
    removed,
    left_alone: leftAlone,
    largest_cluster: shown[0]?.size ?? 0,
    removed_by_topic: Object.fromEntries([...byTopic].sort(([a], [b]) => (a < b ? -1 : 1))),
    topic_conflicts: [...conflicts.values()].sort(
      (a, b) => b.count - a.count || (a.kept + a.removed < b.kept + b.removed ? -1 : 1),
    ),
    shown: shown.map(({ keeper, size, lowestSimilarity, connected, large, members }) => ({
      keeper,
      size,
      lowest_similarity: rounded(lowestSimilarity),
      connected,
      ...(large && { left_alone: true }),
      members: members.map((one) => ({ ...one, similarity: rounded(one.similarity) })),
    })),
  };
}

/** What a cluster that was left alone is, and what to do about it. */
export function explainLargeCluster(
  { keeper, size, lowestSimilarity }: ShownCluster,
  records: number,
): string {
  const share = ((100 * size) / records).toFixed(1);
  return (
    `${formatCount(size)} of ${counted(records, 'record')} (${share} %) say nearly the same as ${keeper.id}, the least similar ` +
    `at ${lowestSimilarity.toFixed(2)}. That many are seldom an accident: a template, or one cause. All were ` +
    `kept; see near-duplicates.json, and raise curate.deduplicate.near.largest_share to keep only one of them.`
  );
}

function rounded(value: number): number {
  return Number(value.toFixed(4));
}
