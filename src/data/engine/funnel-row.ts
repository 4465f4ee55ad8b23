/** What the rules did, counted: one row of the funnel each. */
import { countReason } from '../ledger.ts';

/** One row of the funnel: what a rule got, altered, left out and passed on. */
export type FunnelRow = {
  rule: string;
  in: number;
  changed: number;
  dropped: number;
  out: number;
  /** Changes and drops by kind. */
  reasons: Record<string, number>;
};

export function emptyRow(rule: string): FunnelRow {
  return { rule, in: 0, changed: 0, dropped: 0, out: 0, reasons: {} };
}

export function addRow(sum: FunnelRow, row: FunnelRow): void {
  for (const count of ['in', 'changed', 'dropped', 'out'] as const) sum[count] += row[count];
  for (const [kind, count] of Object.entries(row.reasons)) countReason(sum.reasons, kind, count);
}
