import type { NearDuplicatesConfig } from '../config/duplicates.ts';
import type { Example } from '../example.ts';
import type { Verdict } from '../verdict.ts';
import { type Cluster, divideComponents } from '../near-duplicates/clusters.ts';
import { findComponents } from '../near-duplicates/components.ts';
import { SimilarityCorpus } from '../near-duplicates/corpus.ts';
import { similarityFact, type SimilarityFact } from '../near-duplicates/fact.ts';
import { explainLargeCluster, nearDuplicatesReport } from '../near-duplicates/report.ts';
import type { CorpusRule } from '../rule.ts';

/** Which record each record is a near-duplicate of. */
export type NearDuplicatesPlan = {
  /** Index of the first record that the lists speak of. */
  first: number;
  /** Index of the record that stays in place of each; -1 for those that stay themselves. */
  keeperOf: Int32Array;
  /** Similarity to the keeper. */
  similarity: Float32Array;
  /** The keepers, by index. */
  keepers: Map<number, { id: string; topic?: string }>;
};

const stays = -1;

/** Keeps one of the conversations that say nearly the same: a real one, the longest, and of equally long ones that of the lowest id. */
export function nearDuplicates({
  threshold,
  largest_share,
}: NearDuplicatesConfig): CorpusRule<SimilarityFact, NearDuplicatesPlan> {
  return {
    name: 'near_duplicates',
    observe: similarityFact,
    conclude: async (facts, { scratchFolder, writeReport, report, signal }) => {
      const corpus = new SimilarityCorpus({ threshold, scratchFolder });
      try {
        for await (const fact of facts) corpus.add(fact);
        const sets = await findComponents(corpus, { honourPreferences: true, report, signal });
        const clusters = divideComponents(corpus, sets, { largestShare: largest_share });
        await writeReport('near-duplicates', nearDuplicatesReport(corpus, clusters));
        for (const cluster of clusters)
          if (cluster.large) report({ type: 'warning', message: explainLargeCluster(corpus, cluster) });
        return planOf(corpus, clusters);
      } finally {
        corpus.close();
      }
    },
    slice: ({ keeperOf, similarity, keepers }, first, end) => {
      const part = keeperOf.slice(first, end);
      return {
        first,
        keeperOf: part,
        similarity: similarity.slice(first, end),
        keepers: new Map(
          [...new Set(part)]
            .filter((keeper) => keeper !== stays)
            .map((keeper) => [keeper, keepers.get(keeper)!]),
        ),
      };
    },
    apply: decide,
  };
}

function planOf(corpus: SimilarityCorpus, clusters: readonly Cluster[]): NearDuplicatesPlan {
  const keeperOf = new Int32Array(corpus.size).fill(stays);
  const similarity = new Float32Array(corpus.size);
  const keepers: NearDuplicatesPlan['keepers'] = new Map();
  for (const { keeper, members, large } of clusters) {
    if (large) continue;
    const topic = corpus.topic(keeper);
    keepers.set(keeper, { id: corpus.ids[keeper]!, ...(topic !== undefined && { topic }) });
    for (const member of members) {
      keeperOf[member.record] = keeper;
      similarity[member.record] = member.similarity;
    }
  }
  return { first: 0, keeperOf, similarity, keepers };
}

function decide(example: Example, index: number, plan: NearDuplicatesPlan): Verdict {
  const keeper = plan.keepers.get(plan.keeperOf[index - plan.first]!);
  if (!keeper) return { example };
  const reason = `nearly the same as ${keeper.id} (similarity ${plan.similarity[index - plan.first]!.toFixed(2)})`;
  const { topic } = example.meta;
  if (topic === keeper.topic) return { drop: reason, kind: 'near-duplicate' };
  return {
    drop: `${reason}, but its topic is ${topic ?? 'missing'}, not ${keeper.topic ?? 'missing'}`,
    kind: 'near-duplicate with another topic',
  };
}
