import { preferenceKey } from '../content-key.ts';
import { partitionOf } from '../partition.ts';
import type { Piece, Reduced, ReductionContext, ShuffleRule } from '../rule.ts';

type Label = { id: string; topic: string | undefined };
type Fact = Label & { key: string };

/** What one job has for one partition, a record each; `records` counts from the job's first. */
type Keyed = { records: number[]; facts: Fact[] };
/** Records of one part, counted from its first, each with the record that is kept in its place. */
type Plan = { first: number; keeperOf: Map<number, Label> };

/**
 * Keeps the first of the conversations with one content and one set of preferences (see content-key.ts), in the order of
 * the sources.
 */
export const exactDuplicates: ShuffleRule<Fact, Reduced, Plan> = {
  name: 'deduplicate',
  observe: (example) => ({
    key: preferenceKey(example),
    id: example.meta.id,
    topic: example.meta.topic,
  }),
  divide: (facts, partitions) => {
    const pieces = Array.from({ length: partitions }, (): Keyed => ({ records: [], facts: [] }));
    for (const [record, fact] of facts.entries()) {
      const piece = pieces[partitionOf(fact.key, partitions)]!;
      piece.records.push(record);
      piece.facts.push(fact);
    }
    return pieces;
  },
  reductions: { repeated: findRepeated },
  conclude: (shuffle) => shuffle.reduce('repeated'),
  slice: async (repeated, { number, first }) => {
    const keeperOf: Plan['keeperOf'] = new Map();
    for await (const piece of repeated.pieces<Plan['keeperOf']>(number))
      for (const [record, keeper] of piece) keeperOf.set(record, keeper);
    return { first, keeperOf };
  },
  apply: (example, index, { first, keeperOf }) => {
    const keeper = keeperOf.get(index - first);
    if (keeper === undefined) return { example };
    const { topic } = example.meta;
    if (keeper.topic === topic) return { drop: `the same as ${keeper.id}`, kind: 'exact duplicate' };
    return {
      drop: `the same as ${keeper.id}, but its topic is ${topic ?? 'missing'}, not ${keeper.topic ?? 'missing'}`,
      kind: 'exact duplicate with another topic',
    };
  },
};

/** For each part the records whose key came before, with the first record that had it. */
async function findRepeated(
  pieces: AsyncIterable<Piece>,
  { parts }: ReductionContext,
): Promise<Plan['keeperOf'][]> {
  const firsts = new Map<string, Label>();
  const repeated = parts.map((): Plan['keeperOf'] => new Map());
  for await (const { part, value } of pieces) {
    const { records, facts } = value as Keyed;
    for (const [i, { key, id, topic }] of facts.entries()) {
      const keeper = firsts.get(key);
      if (keeper) repeated[part]!.set(records[i]!, keeper);
      else firsts.set(key, { id, topic });
    }
  }
  return repeated;
}
