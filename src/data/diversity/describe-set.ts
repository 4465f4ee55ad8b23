import type { Category, Columns } from './columns.ts';
import { marked } from './marks.ts';

export type CategorySummary = {
  /** The commonest labels with their counts; what does not fit is in `others`. */
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

/** The distributions of the records that are marked in `chosen`; of all without it. */
export function describeSet(columns: Columns, count: number, chosen?: Uint8Array): SetSummary {
  const records = marked(chosen ?? new Uint8Array(count).fill(1));
  return {
    records: records.length,
    categories: mapValues(columns.categories, (category) => summariseCategory(category, records)),
    numbers: mapValues(columns.numbers, (values) => summariseNumbers(values, records)),
  };
}

function mapValues<T, R>(record: Readonly<Record<string, T>>, change: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}

function summariseCategory({ names, ids }: Category, records: Int32Array): CategorySummary {
  const counts = new Map<number, number>();
  for (const record of records) counts.set(ids[record]!, (counts.get(ids[record]!) ?? 0) + 1);
  const ranked = [...counts].sort(([a, x], [b, y]) => y - x || a - b);
  const shown = ranked.slice(0, shownLabels);
  const entropy = ranked.reduce((sum, [, count]) => {
    const share = count / records.length;
    return sum - share * Math.log(share);
  }, 0);
  return {
    counts: Object.fromEntries(shown.map(([id, count]) => [names[id]!, count])),
    labels: ranked.length,
    others: ranked.slice(shownLabels).reduce((sum, [, count]) => sum + count, 0),
    largest_share: rounded(ranked.length === 0 ? 0 : ranked[0]![1] / records.length),
    evenness: rounded(ranked.length < 2 ? 1 : entropy / Math.log(ranked.length)),
  };
}

function summariseNumbers(values: Float32Array, records: Int32Array): NumberSummary {
  const all = new Float32Array(records.length);
  let known = 0;
  for (const record of records) if (!Number.isNaN(values[record]!)) all[known++] = values[record]!;
  const sorted = all.subarray(0, known).sort();
  const at = (share: number): number =>
    sorted.length === 0
      ? 0
      : rounded(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!);
  const mean = sorted.length === 0 ? 0 : sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  return { known: sorted.length, mean: rounded(mean), p10: at(0.1), p50: at(0.5), p90: at(0.9) };
}

/** Four digits behind the point: enough to read, and the same on every machine. */
export function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
