import { type ComponentName, componentNames } from './components.ts';

/**
 * The components of many records, one byte each: 0 to 250 for 0 to 1, so exact to 0.002; 255 for unknown. Row by row, in the order
 * of `componentNames`.
 */
export type ScoreTable = Uint8Array;

const steps = 250;
const unknown = 255;
/** Bytes of a record. */
export const recordBytes = componentNames.length;

export function makeScoreTable(records: number): ScoreTable {
  return new Uint8Array(records * recordBytes).fill(unknown);
}

export function setScore(table: ScoreTable, record: number, name: ComponentName, value: number): void {
  const clipped = Math.min(1, Math.max(0, value));
  table[record * recordBytes + componentNames.indexOf(name)] = Math.round(clipped * steps);
}

/** One component of a record; NaN where it is not known. */
export function scoreAt(table: ScoreTable, record: number, name: ComponentName): number {
  const value = table[record * recordBytes + componentNames.indexOf(name)]!;
  return value === unknown ? Number.NaN : value / steps;
}

/** The known components of a record. */
export function scoresOf(table: ScoreTable, record: number): Partial<Record<ComponentName, number>> {
  const scores: Partial<Record<ComponentName, number>> = {};
  componentNames.forEach((name, i) => {
    const value = table[record * recordBytes + i]!;
    if (value !== unknown) scores[name] = value / steps;
  });
  return scores;
}

export type Weights = Readonly<Record<ComponentName, number>>;

/**
 * The weighted mean of the components that are known, in [0, 1]; 1 where none is, as nothing speaks against the record. A
 * component counts in full from `enough` on: with 0.35 all conversations without a clear fault have 1.
 */
export function combinedScore(table: ScoreTable, record: number, weights: Weights, enough = 1): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < recordBytes; i++) {
    const value = table[record * recordBytes + i]!;
    if (value === unknown) continue;
    const weight = weights[componentNames[i]!];
    sum += weight * Math.min(1, value / steps / enough);
    total += weight;
  }
  return total === 0 ? 1 : sum / total;
}

/** Scores of one record, and its instruction-following difficulty, NaN where it is not known, as bytes. */
export function encodeScoreRow(scores: ScoreTable, following: number): Uint8Array {
  const row = Buffer.alloc(recordBytes + 4);
  row.set(scores.subarray(0, recordBytes));
  row.writeFloatLE(following, recordBytes);
  return row;
}

/** Fills what a row knows into a record's scores, and returns its instruction-following difficulty. */
export function readScoreRow(table: ScoreTable, record: number, row: Buffer): number {
  for (let i = 0; i < recordBytes; i++) if (row[i] !== unknown) table[record * recordBytes + i] = row[i]!;
  return row.readFloatLE(recordBytes);
}
