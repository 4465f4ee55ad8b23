/**
 * Turns texts into vectors: texts that mean alike lie close. One interface for hashed words, an encoder in an ONNX file
 * and a server; embedder.test.ts holds every implementation to it.
 */
export type Embedder = {
  /** What made the vectors, for the report. */
  readonly name: string;
  readonly dimensions: number;
  /**
   * One row a text, row by row [texts, dimensions]. A row has length 1, or is all 0 for a text without words. The same text
   * gives the same row, whatever stands beside it.
   */
  embed(texts: readonly string[], signal: AbortSignal): Promise<Float32Array>;
  close(): Promise<void>;
};

/** Scales the row of `dimensions` values at `start` to length 1; a row of zeros stays. */
export function normaliseRow(values: Float32Array, start: number, dimensions: number): void {
  let sum = 0;
  for (let i = start; i < start + dimensions; i++) sum += values[i]! * values[i]!;
  if (sum === 0) return;
  const scale = 1 / Math.sqrt(sum);
  for (let i = start; i < start + dimensions; i++) values[i] = values[i]! * scale;
}
