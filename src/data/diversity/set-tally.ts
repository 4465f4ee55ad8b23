/** Counts about a set of records that may be added up: each process counts what it has. */

/** How often each value occurs, by the value in units of 0.0001: what is shown of them is as exact. */
export type NumberTally = Map<number, number>;

export type SetTally = {
  records: number;
  /** Labels with their counts, by category; the empty label stands for none. */
  categories: Record<string, Map<string, number>>;
  numbers: Record<string, NumberTally>;
};

export const tallyUnit = 1e-4;

export function emptySet(): SetTally {
  return { records: 0, categories: {}, numbers: {} };
}

/** A record as it is counted: its labels, and its values, NaN where one is not known. */
export type Described = {
  labels: Readonly<Record<string, string>>;
  numbers: Readonly<Record<string, number>>;
};

export function addRecord(set: SetTally, { labels, numbers }: Described): void {
  set.records += 1;
  for (const name in labels) addTo((set.categories[name] ??= new Map()), labels[name]!, 1);
  for (const name in numbers) addNumber((set.numbers[name] ??= new Map()), numbers[name]!);
}

/** Counts a value; NaN is none. */
export function addNumber(tally: NumberTally, value: number): void {
  if (!Number.isNaN(value)) addTo(tally, Math.round(value / tallyUnit), 1);
}

export function addSet(sum: SetTally, other: SetTally): void {
  sum.records += other.records;
  for (const [name, counts] of Object.entries(other.categories))
    addCounts((sum.categories[name] ??= new Map()), counts);
  for (const [name, counts] of Object.entries(other.numbers))
    addCounts((sum.numbers[name] ??= new Map()), counts);
}

export function addCounts<Key>(sum: Map<Key, number>, other: ReadonlyMap<Key, number>): void {
  for (const [key, count] of other) addTo(sum, key, count);
}

export function addTo<Key>(counts: Map<Key, number>, key: Key, more: number): void {
  counts.set(key, (counts.get(key) ?? 0) + more);
}
