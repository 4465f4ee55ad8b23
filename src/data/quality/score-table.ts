import { type ComponentName, componentNames } from './components.ts';

/**
 * The components of many records, one byte each: 0 to 250 for 0 to 1, so exact to 0.002; 255 for unknown. Row by row, in the order
 * of `componentNames`.
 */
export type ScoreTable = Uint8Array;

const steps = 250;
const unknown = 255;
const width = componentNames.length;

export function makeScoreTable(records: number): ScoreTable {
  return new Uint8Array(records * width).fill(unknown);
}

export function setScore(table: ScoreTable, record: number, name: ComponentName, value: number): void {
  const clipped = Math.min(1, Math.max(0, value));
  table[record * width + componentNames.indexOf(name)] = Math.round(clipped * steps);
}

/** One component of a record; NaN where it is not known. */
export function scoreAt(table: ScoreTable, record: number, name: ComponentName): number {
  const value = table[record * width + componentNames.indexOf(name)]!;
  return value === unknown ? Number.NaN : value / steps;
}

/** The known components of a record. */
export function scoresOf(table: ScoreTable, record: number): Partial<Record<ComponentName, number>> {
  const scores: Partial<Record<ComponentName, number>> = {};
  componentNames.forEach((name, i) => {
    const value = table[record * width + i]!;
    if (value !== unknown) scores[name] = value / steps;
  });
  return scores;
}

export type Weights = Readonly<Record<ComponentName, number>>;

/** The weighted mean of the components that are known, in [0, 1]; 1 where none is, as nothing speaks against the record. */
export function combinedScore(table: ScoreTable, record: number, weights: Weights): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < width; i++) {
    const value = table[record * width + i]!;
    if (value === unknown) continue;
    const weight = weights[componentNames[i]!];
    sum += (weight * value) / steps;
    total += weight;
  }
  return total === 0 ? 1 : sum / total;
}

/** The rows of records `first` to `end` - 1. */
export function sliceScores(table: ScoreTable, first: number, end: number): ScoreTable {
  return table.slice(first * width, end * width);
}
