/** Numbers and tables for people to read. */
import { isRecord, type Json } from '../base/json.ts';

/** Three significant digits below a thousand, grouped digits above. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value) || Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}

/** `2026-03-01T10:00:00.000Z` as `2026-03-01 10:00 UTC`. */
export const formatTime = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;

/** Columns padded to their widest cell; the last is left ragged. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  return rows
    .map(
      (row) =>
        row
          .map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i]!)))
          .join('  ')
          .trimEnd() + '\n',
    )
    .join('');
}

const mostFacts = 4;

/**
 * The plain facts of a summary on one line: `examples 812, kept 790`; of an evaluation, base and tuned:
 * `perplexity 35.1 → 8.2`. Nested facts are left to `attune show`.
 */
export function formatSummary(summary: Record<string, Json>): string {
  const { base, tuned } = summary;
  const facts = isRecord(base) && isRecord(tuned) ? comparisons(base, tuned) : plainFacts(summary);
  return facts.slice(0, mostFacts).join(', ');
}

const plainFacts = (summary: Record<string, Json>): string[] =>
  Object.entries(summary).flatMap(([key, value]) => {
    if (typeof value === 'number') return [`${words(key)} ${formatNumber(value)}`];
    return typeof value === 'string' && value.length <= 24 ? [`${words(key)} ${value}`] : [];
  });

const comparisons = (base: Record<string, Json>, tuned: Record<string, Json>): string[] =>
  Object.entries(base).flatMap(([key, before]) => {
    const after = tuned[key];
    const known = typeof before === 'number' && typeof after === 'number';
    return known ? [`${words(key)} ${formatNumber(before)} → ${formatNumber(after)}`] : [];
  });

/** `validationLoss` and `validation_loss` as `validation loss`. */
const words = (key: string): string =>
  key
    .replaceAll('_', ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
