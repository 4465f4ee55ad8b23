import { seededRandom, shuffledIndexes } from '../../base/random.ts';
import type { CurateConfig } from '../config.ts';
import { type Category, categoryBuilder, groupsOf } from '../diversity/category-column.ts';
import type { CorpusRule } from '../rule.ts';

type Budget = NonNullable<CurateConfig['budget']>;

/** Keeps a seeded sample of at most `budget.examples`. The plan has a 1 for each record of the sample. */
export function budgetSample(budget: Budget): CorpusRule<string, Uint8Array> {
  const reason = `not in the sample of ${budget.examples}`;
  return {
    name: 'budget',
    observe: ({ meta }) => (budget.by === 'topic' ? (meta.topic ?? '') : ''),
    conclude: async (facts, { seed }) => {
      const topics = categoryBuilder(facts.count);
      let record = 0;
      for await (const topic of facts) topics.set(record++, topic);
      return chooseSample(topics.category, budget.examples, seed);
    },
    apply: (example, index, sample) => (sample[index] === 1 ? { example } : { drop: reason }),
  };
}

/** Marks the sample: every topic in proportion by the largest-remainder method, drawn at random within a topic. */
export function chooseSample(topics: Category, size: number, seed: number): Uint8Array {
  const { length } = topics.ids;
  const sample = new Uint8Array(length);
  if (length <= size) return sample.fill(1);
  const groups = groupsOf(topics);
  const names = [...topics.names.keys()].sort((a, b) => (topics.names[a]! < topics.names[b]! ? -1 : 1));
  const quotas = names.map((name) => (groups[name]!.length * size) / length);
  const counts = quotas.map(Math.floor);
  const order = [...names.keys()].sort(
    (a, b) => quotas[b]! - counts[b]! - (quotas[a]! - counts[a]!) || a - b,
  );
  const left = size - counts.reduce((sum, count) => sum + count, 0);
  for (const i of order.slice(0, left)) counts[i]! += 1;
  names.forEach((name, i) => {
    const group = groups[name]!;
    const drawn = shuffledIndexes(group.length, seededRandom(seed, 'budget', topics.names[name]!));
    for (const place of drawn.subarray(0, counts[i])) sample[group[place]!] = 1;
  });
  return sample;
}
