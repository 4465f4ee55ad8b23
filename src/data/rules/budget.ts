import { seededRandom, shuffled } from '../../base/random.ts';
import type { CurateConfig } from '../config.ts';
import type { CorpusRule } from '../rule.ts';

type Budget = NonNullable<CurateConfig['budget']>;

/** Keeps a seeded sample of at most `budget.examples`. The plan has a 1 for each record of the sample. */
export function budgetSample(budget: Budget): CorpusRule<string, Uint8Array> {
  const reason = `not in the sample of ${budget.examples}`;
  return {
    name: 'budget',
    observe: ({ meta }) => (budget.by === 'topic' ? (meta.topic ?? '') : ''),
    conclude: async (facts, { seed }) => {
      const topics: string[] = [];
      for await (const topic of facts) topics.push(topic);
      const sample = new Uint8Array(facts.count);
      for (const i of chooseSample(topics, budget.examples, seed)) sample[i] = 1;
      return sample;
    },
    apply: (example, index, sample) => (sample[index] === 1 ? { example } : { drop: reason }),
  };
}

/** Indices of the sample: every topic in proportion by the largest-remainder method, drawn at random within a topic. */
export function chooseSample(topics: readonly string[], size: number, seed: number): Set<number> {
  if (topics.length <= size) return new Set(topics.keys());
  const byTopic = Map.groupBy(topics.keys(), (i) => topics[i]!);
  const names = [...byTopic.keys()].sort();
  const quotas = names.map((name) => (byTopic.get(name)!.length * size) / topics.length);
  const counts = quotas.map(Math.floor);
  const order = [...names.keys()].sort(
    (a, b) => quotas[b]! - counts[b]! - (quotas[a]! - counts[a]!) || a - b,
  );
  const left = size - counts.reduce((sum, count) => sum + count, 0);
  for (const i of order.slice(0, left)) counts[i]! += 1;
  return new Set(
    names.flatMap((name, i) =>
      shuffled(byTopic.get(name)!, seededRandom(seed, 'budget', name)).slice(0, counts[i]),
    ),
  );
}
