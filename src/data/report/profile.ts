/** What a set of examples is made of: counts that can be added up, so that parts of a set can be profiled apart. */
import type { Example } from '../example.ts';
import { isSpoken } from '../spoken-text.ts';

export const categories = ['topic', 'language', 'outcome', 'source', 'sentiment'] as const;
export type Category = (typeof categories)[number];

/** Counts in equal steps of a number's range; the last bucket holds what lies beyond. */
export type Histogram = { from: number; step: number; counts: number[] };

export type Profile = {
  records: number;
  synthetic: number;
  /** Records by value; `unknown` where a record does not say. */
  categories: Record<Category, Record<string, number>>;
  /** `characters` on a scale of powers of two (bucket i holds 2^i to 2^(i+1) - 1), `turns`, and every score by its name. */
  histograms: Record<string, Histogram>;
};

/** What values beyond the commonest are counted under; no name that a source would give. */
export const otherValues = '(others)';
/** Values told apart while records are counted: of more, those that come after are counted together. */
const mostCounted = 20_000;
/** Values that a report names. */
const mostNamed = 500;
const scales: Record<string, { from: number; step: number; buckets: number }> = {
  characters: { from: 0, step: 1, buckets: 24 },
  turns: { from: 0, step: 1, buckets: 31 },
  sentiment: { from: -1, step: 0.1, buckets: 20 },
};
/** A score in [0, 1]. */
const share = { from: 0, step: 0.05, buckets: 20 };

export function emptyProfile(): Profile {
  const counts = Object.fromEntries(
    categories.map((one): [Category, Record<string, number>] => [one, emptyCounts()]),
  ) as Profile['categories'];
  return { records: 0, synthetic: 0, categories: counts, histograms: {} };
}

export function addToProfile(profile: Profile, { messages, meta }: Example): void {
  profile.records += 1;
  if (meta['synthetic'] === true) profile.synthetic += 1;
  for (const category of categories) {
    const value = meta[category];
    count(profile.categories[category], typeof value === 'string' ? value : 'unknown');
  }
  let characters = 0;
  let turns = 0;
  for (const { content } of messages.filter(isSpoken)) {
    characters += content.length;
    turns += 1;
  }
  addToHistogram(profile, 'characters', Math.log2(Math.max(1, characters)));
  addToHistogram(profile, 'turns', turns);
}

/** Adds what another set is made of. */
export function addProfile(sum: Profile, part: Profile): void {
  sum.records += part.records;
  sum.synthetic += part.synthetic;
  for (const category of categories)
    for (const [value, records] of Object.entries(part.categories[category]))
      count(sum.categories[category], value, records);
  for (const [name, { from, step, counts }] of Object.entries(part.histograms)) {
    const histogram = (sum.histograms[name] ??= { from, step, counts: counts.map(() => 0) });
    counts.forEach((records, i) => (histogram.counts[i]! += records));
  }
}

export function addScores(profile: Profile, scores: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(scores)) addToHistogram(profile, name, value);
}

/** Without a prototype: a topic may be called `constructor`. */
export function emptyCounts(): Record<string, number> {
  return Object.create(null) as Record<string, number>;
}

/** How many values are told apart in counts, as asking an object for its keys takes long. */
const valuesIn = new WeakMap<object, number>();

/** The same values named in both profiles: the commonest of `collected`, then of `kept`. The others are counted together. */
export function nameCommonest(collected: Profile, kept: Profile): void {
  for (const category of categories) {
    const [before, after] = [collected.categories[category], kept.categories[category]];
    const values = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    if (values.length <= mostNamed) continue;
    const named = new Set(
      values
        .filter((value) => value !== otherValues)
        .sort(
          (a, b) =>
            (before[b] ?? 0) - (before[a] ?? 0) || (after[b] ?? 0) - (after[a] ?? 0) || (a < b ? -1 : 1),
        )
        .slice(0, mostNamed),
    );
    for (const { categories: counts } of [collected, kept])
      counts[category] = onlyNamed(counts[category], named);
  }
}

function onlyNamed(
  counts: Readonly<Record<string, number>>,
  named: ReadonlySet<string>,
): Record<string, number> {
  const result = emptyCounts();
  for (const [value, records] of Object.entries(counts))
    count(result, named.has(value) ? value : otherValues, records);
  return result;
}

function count(counts: Record<string, number>, value: string, records = 1): void {
  const values = valuesIn.get(counts) ?? 0;
  const isNew = counts[value] === undefined;
  const name = isNew && values >= mostCounted ? otherValues : value;
  counts[name] = (counts[name] ?? 0) + records;
  if (isNew && name === value) valuesIn.set(counts, values + 1);
}

function addToHistogram({ histograms }: Profile, name: string, value: number): void {
  const { from, step, buckets } = scales[name] ?? share;
  const histogram = (histograms[name] ??= { from, step, counts: Array.from({ length: buckets }, () => 0) });
  const at = Math.min(buckets - 1, Math.max(0, Math.floor((value - from) / step + 1e-9)));
  histogram.counts[at]! += 1;
}
