/**
 * Many vectors in little memory: one byte a value. A row is scaled by its largest value, and its length is kept, so that
 * cosines are right to about 0.01 (vector-table.test.ts).
 */
export type VectorTable = {
  readonly count: number;
  readonly dimensions: number;
  readonly values: Int8Array;
  /** 1 / length of each row in units of `values`; 0 for a row of zeros. */
  readonly inverseNorms: Float32Array;
};

export function makeVectorTable(count: number, dimensions: number): VectorTable {
  return {
    count,
    dimensions,
    values: new Int8Array(count * dimensions),
    inverseNorms: new Float32Array(count),
  };
}

/** Writes the vector at `vector[start...]` into a row. */
export function setRow(table: VectorTable, row: number, vector: Float32Array, start = 0): void {
  const { dimensions, values } = table;
  let largest = 0;
  for (let i = 0; i < dimensions; i++) largest = Math.max(largest, Math.abs(vector[start + i]!));
  if (largest === 0) return;
  const scale = 127 / largest;
  for (let i = 0, at = row * dimensions; i < dimensions; i++, at++)
    values[at] = Math.round(vector[start + i]! * scale);
  measureRow(table, row);
}

/** Writes the values of a row of another table, which `rowValues` gave. */
export function setValues(table: VectorTable, row: number, values: Int8Array): void {
  table.values.set(values, row * table.dimensions);
  measureRow(table, row);
}

/** The values of a row; the table's own, not a copy. */
export function rowValues({ dimensions, values }: VectorTable, row: number): Int8Array {
  return values.subarray(row * dimensions, (row + 1) * dimensions);
}

function measureRow(table: VectorTable, row: number): void {
  let sum = 0;
  for (const value of rowValues(table, row)) sum += value * value;
  table.inverseNorms[row] = sum === 0 ? 0 : 1 / Math.sqrt(sum);
}

/** Cosine similarity of two rows, in [-1, 1]; 0 where one of them is all zeros. */
export function cosine(table: VectorTable, a: number, b: number): number {
  return partialCosine(table, a, b, table.dimensions);
}

/** The part of the cosine of two rows that their first `length` dimensions make. */
export function partialCosine(
  { dimensions, values, inverseNorms }: VectorTable,
  a: number,
  b: number,
  length: number,
): number {
  let sum = 0;
  // As 32-bit integers, which cost a fifth less than numbers that might overflow.
  for (let i = a * dimensions, k = b * dimensions, end = i + length; i < end; i++, k++)
    sum = (sum + Math.imul(values[i]!, values[k]!)) | 0;
  return sum * inverseNorms[a]! * inverseNorms[b]!;
}

/** Length of what a row of length 1 has beyond its first `from` dimensions. */
export function tailLength(
  { dimensions, values, inverseNorms }: VectorTable,
  row: number,
  from: number,
): number {
  let sum = 0;
  for (let i = row * dimensions + from, end = (row + 1) * dimensions; i < end; i++) sum += values[i]! ** 2;
  return Math.sqrt(sum) * inverseNorms[row]!;
}

/** Copies a row as a vector of length 1 into `target[start...]`. */
export function readRow(table: VectorTable, row: number, target: Float32Array, start = 0): void {
  const { dimensions, values, inverseNorms } = table;
  const scale = inverseNorms[row]!;
  for (let i = 0, at = row * dimensions; i < dimensions; i++, at++) target[start + i] = values[at]! * scale;
}
