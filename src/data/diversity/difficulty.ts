import { addCounts, addNumber, type NumberTally, tallyUnit } from './set-tally.ts';

/**
 * What bears on how hard a record is: words of the replies, turns of the customer, mean idf of the words and, where a model
 * measured it, instruction-following difficulty (quality/perplexity.ts). NaN is not known.
 */
export type DifficultyFacts = Record<(typeof factNames)[number], number>;
const factNames = ['words', 'turns', 'rarity', 'following'] as const;

export type DifficultyTally = Record<keyof DifficultyFacts, NumberTally>;
/** The rank of each value, by the value in units of `tallyUnit`. */
export type Ranks = Record<keyof DifficultyFacts, Map<number, number>>;

export function emptyDifficulty(): DifficultyTally {
  return { words: new Map(), turns: new Map(), rarity: new Map(), following: new Map() };
}

export function addDifficulty(tally: DifficultyTally, facts: DifficultyFacts): void {
  for (const name of factNames) addNumber(tally[name], facts[name]);
}

export function addDifficulties(sum: DifficultyTally, other: DifficultyTally): void {
  for (const name of factNames) addCounts(sum[name], other[name]);
}

/** Of each value the share of the others below it, equals counted half. */
export function rankShares(tally: NumberTally): Map<number, number> {
  const sorted = [...tally].sort(([a], [b]) => a - b);
  const total = sorted.reduce((sum, [, count]) => sum + count, 0);
  let below = 0;
  return new Map(
    sorted.map(([value, count]) => {
      const share = (below + count / 2) / total;
      below += count;
      return [value, share];
    }),
  );
}

export function ranksOf(tally: DifficultyTally): Ranks {
  const entries = factNames.map((name) => [name, rankShares(tally[name])]);
  return Object.fromEntries(entries) as Ranks;
}

/**
 * How hard a record is among the others, in [0, 1]: the mean of its ranks by what is known of it. So 0.5 is the middle of
 * this set of data and nothing more.
 */
export function difficulty(facts: DifficultyFacts, ranks: Ranks): number {
  const known = factNames.filter((name) => !Number.isNaN(facts[name]));
  if (known.length === 0) return 0.5;
  const sum = known.reduce((total, name) => total + ranks[name].get(Math.round(facts[name] / tallyUnit))!, 0);
  return sum / known.length;
}
