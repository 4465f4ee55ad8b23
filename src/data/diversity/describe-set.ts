import { type NumberTally, type SetTally, tallyUnit } from './set-tally.ts';

export type CategorySummary = {
  /** The commonest labels of all records with their counts in this set; what does not fit is in `others`. */
  counts: Record<string, number>;
  labels: number;
  others: number;
  /** Share of the largest label. */
  largest_share: number;
  /** Entropy over its highest, ln(labels): 1 when all labels are equally common, 1 too where there is one label. */
  evenness: number;
};

/** NaN values are left out; `known` is how many are not. */
export type NumberSummary = { known: number; mean: number; p10: number; p50: number; p90: number };

export type SetSummary = {
  records: number;
  categories: Record<string, CategorySummary>;
  numbers: Record<string, NumberSummary>;
};

const shownLabels = 50;

/** The distributions of a set of records. Where it is a part of `all`, the same labels are named for both. */
export function describeSet(set: SetTally, all: SetTally = set): SetSummary {
  const { records, categories, numbers } = set;
  return {
    records,
    categories: mapValues(categories, (counts, name) =>
      summariseCategory(counts, records, commonest(all.categories[name]!)),
    ),
    numbers: mapValues(numbers, summariseNumbers),
  };
}

function mapValues<T, R>(
  record: Readonly<Record<string, T>>,
  change: (value: T, name: string) => R,
): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
}

function ranking(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
}

function commonest(counts: ReadonlyMap<string, number>): string[] {
  return ranking(counts)
    .slice(0, shownLabels)
    .map(([label]) => label);
}

function summariseCategory(
  counts: ReadonlyMap<string, number>,
  records: number,
  named: readonly string[],
): CategorySummary {
  const ranked = ranking(counts);
  const shown = named.map((label): [string, number] => [label, counts.get(label) ?? 0]);
  const entropy = ranked.reduce((sum, [, count]) => {
    const share = count / records;
    return sum - share * Math.log(share);
  }, 0);
  return {
    counts: Object.fromEntries(shown),
    labels: ranked.length,
    others: records - shown.reduce((sum, [, count]) => sum + count, 0),
    largest_share: rounded(ranked.length === 0 ? 0 : ranked[0]![1] / records),
    evenness: rounded(ranked.length < 2 ? 1 : entropy / Math.log(ranked.length)),
  };
}

function summariseNumbers(tally: NumberTally): NumberSummary {
  const sorted = [...tally].sort(([a], [b]) => a - b);
  const known = sorted.reduce((sum, [, count]) => sum + count, 0);
  // A sum of integers, so that it is the same in any order.
  const total = sorted.reduce((sum, [units, count]) => sum + units * count, 0);
  const at = (share: number): number => {
    let left = Math.min(known - 1, Math.floor(share * known));
    const found = sorted.find(([, count]) => (left -= count) < 0);
    return found ? rounded(found[0] * tallyUnit) : 0;
  };
  const mean = known === 0 ? 0 : rounded((total / known) * tallyUnit);
  return { known, mean, p10: at(0.1), p50: at(0.5), p90: at(0.9) };
}

/** Four digits behind the point: enough to read, and the same on every machine. */
export function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
