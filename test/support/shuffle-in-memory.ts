/** Runs a shuffle rule on records in memory, for tests and measurements of a rule by itself. */
import { deserialize, serialize } from 'node:v8';
import type { Example } from '../../src/data/example.ts';
import type { ConcludeTools, ObservedPart, Piece, Shuffle, ShuffleRule } from '../../src/data/rule.ts';

export type InMemory = { partitions: number; parts: number };

/** What the rule says to do about each record. `tools` has what its conclusion asks for. */
export async function shuffleInMemory<Fact, Whole, Plan>(
  rule: ShuffleRule<Fact, Whole, Plan>,
  facts: readonly Fact[],
  tools: Partial<ConcludeTools> = {},
  { partitions, parts: partCount }: InMemory = { partitions: 3, parts: 2 },
): Promise<{ planOf: (index: number) => Plan }> {
  const size = Math.ceil(facts.length / partCount) || 1;
  const parts = Array.from({ length: partCount }, (_, i): ObservedPart => {
    const first = Math.min(i * size, facts.length);
    return { first, count: Math.min(size, facts.length - first) };
  });
  const divided = parts.map(({ first, count }) =>
    rule.divide(facts.slice(first, first + count), partitions).map(copied),
  );
  const rows = rule.row && facts.map((fact) => rule.row!(fact));
  const { signal } = new AbortController();
  const shuffle: Shuffle = {
    count: facts.length,
    partitions,
    parts,
    reduce: async (reduction, { parameters, pieces } = {}) => {
      const given = pieces ? [pieces.map(copied)] : divided;
      const made: unknown[][] = [];
      for (let partition = 0; partition < given[0]!.length; partition++)
        made.push(
          await rule.reductions[reduction]!(piecesOf(given, partition), {
            parameters,
            parts,
            row: (index) => rows![index]!,
            signal,
          }),
        );
      return {
        async *pieces<T>(number: number) {
          for (const list of made) yield copied(list[number]) as T;
        },
      };
    },
  };
  const whole = await rule.conclude(shuffle, { signal, report: () => {}, ...tools } as ConcludeTools);
  const plans = rule.slice
    ? await Promise.all(parts.map((part, number) => rule.slice!(whole, { ...part, number })))
    : [];
  return {
    planOf: (index) => (rule.slice ? plans[Math.floor(index / size)]! : (whole as unknown as Plan)),
  };
}

/** The records that the rule keeps, as it leaves them. */
export async function keptInMemory<Fact, Whole, Plan>(
  rule: ShuffleRule<Fact, Whole, Plan>,
  examples: readonly Example[],
): Promise<Example[]> {
  const { planOf } = await shuffleInMemory(
    rule,
    examples.map((example) => rule.observe(example)),
  );
  return examples.flatMap((example, i) => rule.apply(example, i, planOf(i)).example ?? []);
}

async function* piecesOf(given: readonly unknown[][], partition: number): AsyncGenerator<Piece> {
  for (const [part, pieces] of given.entries()) yield { part, value: pieces[partition] };
}

/** As it comes back from disk. */
function copied(value: unknown): unknown {
  return deserialize(serialize(value));
}
