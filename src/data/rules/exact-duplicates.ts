import { preferenceKey } from '../content-key.ts';
import type { CorpusRule } from '../rule.ts';

type Label = { id: string; topic: string | undefined };
type Fact = Label & { key: string };

/** For records from `first` on, the index of the record that is kept in their place, or -1. */
type Plan = { first: number; keeperOf: Int32Array; keepers: Map<number, Label> };

/**
 * Keeps the first of the conversations with one content and one set of preferences (see content-key.ts), in the order of
 * the sources.
 */
export const exactDuplicates: CorpusRule<Fact, Plan> = {
  name: 'deduplicate',
  observe: (example) => ({
    key: preferenceKey(example),
    id: example.meta.id,
    topic: example.meta.topic,
  }),
  conclude: async (facts) => {
    const keeperOf = new Int32Array(facts.count).fill(-1);
    for await (const groups of facts.groupBy(({ key }) => [key]))
      for (const { indexes } of groups) for (const index of indexes.slice(1)) keeperOf[index] = indexes[0]!;
    const keepers = new Map<number, Label>();
    const kept = new Set(keeperOf.filter((keeper) => keeper >= 0));
    for await (const { index, fact } of facts.pick(kept))
      keepers.set(index, { id: fact.id, topic: fact.topic });
    return { first: 0, keeperOf, keepers };
  },
  slice: ({ keeperOf, keepers }, first, end) => {
    const own = keeperOf.slice(first, end);
    const named = new Map<number, Label>();
    for (const keeper of own) if (keeper >= 0) named.set(keeper, keepers.get(keeper)!);
    return { first, keeperOf: own, keepers: named };
  },
  apply: (example, index, { first, keeperOf, keepers }) => {
    const keeper = keepers.get(keeperOf[index - first]!);
    if (keeper === undefined) return { example };
    const { topic } = example.meta;
    if (keeper.topic === topic) return { drop: `the same as ${keeper.id}`, kind: 'exact duplicate' };
    return {
      drop: `the same as ${keeper.id}, but its topic is ${topic ?? 'missing'}, not ${keeper.topic ?? 'missing'}`,
      kind: 'exact duplicate with another topic',
    };
  },
};
