/**
 * Examples packed into rows of one length, so that no arithmetic is spent on padding but at the end of rows.
 * Attention stays within an example (packedMasks) and positions restart, so packing changes no result.
 */
import { input } from '../graph/ops.ts';
import type { Tensor, TensorData } from '../graph/tensor.ts';
import type { EncodedExample } from '../text/encoded.ts';
import type { PackedInputs } from './decoder.ts';

/** Examples that share one row, in order. */
export type Row = readonly EncodedExample[];

/** Rows of `length` tokens, with room for `targets` supervised positions in all rows together. */
export type PackedShape = { rows: number; length: number; targets: number };

/** The graph inputs of a packed batch: rows [B, T], and for each supervised token its index and that of the state that predicts it [P]. */
export function packedInputs({
  rows,
  length,
  targets,
}: PackedShape): PackedInputs & { predictors: Tensor; targets: Tensor } {
  return {
    tokens: input('tokens', [rows, length], 'int64'),
    positions: input('positions', [rows, length], 'int64'),
    segments: input('segments', [rows, length], 'int64'),
    predictors: input('predictors', [targets], 'int64'),
    targets: input('targets', [targets], 'int64'),
  };
}

/** By index of the example: its tokens, and those of them that are predicted (supervisedCount). Columns, since there may be millions. */
export type ExampleSizes = { tokens: Int32Array; supervised: Int32Array };

export function sizesOf(examples: readonly EncodedExample[]): ExampleSizes {
  return {
    tokens: Int32Array.from(examples, ({ tokens }) => tokens.length),
    supervised: Int32Array.from(examples, supervisedCount),
  };
}

/** Rows of example indexes, as columns: row r holds `examples` from `starts[r]` up to `starts[r + 1]`. */
export type PackedRows = { examples: Int32Array; starts: Int32Array };

/**
 * Puts examples into rows of at most `length` tokens: best fit, in the order of their indexes in `order`
 * (deterministic). `tokens` holds the length of each. Throws when one is longer than a row.
 */
export function packRows(tokens: Int32Array, order: Int32Array, length: number): PackedRows {
  const rowOf = new Int32Array(order.length);
  let rows = 0;
  // open[space] holds the rows with exactly that many free places, the latest last.
  const open: number[][] = Array.from({ length: length + 1 }, () => []);
  for (const [i, example] of order.entries()) {
    const needed = tokens[example]!;
    if (needed > length) throw new Error(`example ${example} has ${needed} tokens, a row holds ${length}`);
    let space = needed;
    while (space <= length && open[space]!.length === 0) space++;
    rowOf[i] = space <= length ? open[space]!.pop()! : rows++;
    const left = (space <= length ? space : length) - needed;
    // A full row takes no more, and is not kept.
    if (left > 0) open[left]!.push(rowOf[i]!);
  }
  return groupedByRow(order, rowOf, rows);
}

/** A counting sort, so that a row's examples keep their order. */
function groupedByRow(order: Int32Array, rowOf: Int32Array, rows: number): PackedRows {
  const starts = new Int32Array(rows + 1);
  for (const row of rowOf) starts[row + 1]!++;
  for (let row = 0; row < rows; row++) starts[row + 1]! += starts[row]!;
  const next = starts.slice(0, rows);
  const examples = new Int32Array(order.length);
  for (const [i, row] of rowOf.entries()) examples[next[row]!++] = order[i]!;
  return { examples, starts };
}

export function rowCount({ starts }: PackedRows): number {
  return starts.length - 1;
}

/** The rows of one forward pass, counted from 0: `batchSize` of them, fewer in the last pass. */
export function rowsOfPass(rows: PackedRows, pass: number, batchSize: number): Int32Array[] {
  const first = pass * batchSize;
  const last = Math.min(first + batchSize, rowCount(rows));
  return Array.from({ length: Math.max(0, last - first) }, (_, r) =>
    rows.examples.subarray(rows.starts[first + r]!, rows.starts[first + r + 1]!),
  );
}

/** Supervised tokens of an example that have a token before them to be predicted from. */
export function supervisedCount({ supervised }: EncodedExample): number {
  let count = 0;
  for (let i = 1; i < supervised.length; i++) count += supervised[i]!;
  return count;
}

/** Supervised tokens of all rows. */
export function supervisedInRows(rows: readonly Row[]): number {
  return rows.flat().reduce((total, example) => total + supervisedCount(example), 0);
}

/** The feeds of a packed batch. Rows and target places that are left over are padding: weight 0, a segment of its own. */
export function packedFeeds(
  rows: readonly Row[],
  shape: PackedShape,
): Record<string, TensorData> & { weights: Float32Array } {
  const size = shape.rows * shape.length;
  const [tokens, positions, segments] = [
    new BigInt64Array(size),
    new BigInt64Array(size),
    new BigInt64Array(size),
  ];
  const [predictors, targets] = [new BigInt64Array(shape.targets), new BigInt64Array(shape.targets)];
  const weights = new Float32Array(shape.targets);
  let target = 0;
  for (const [r, row] of rows.entries()) {
    let place = r * shape.length;
    for (const [segment, { tokens: ids, supervised }] of row.entries())
      for (let i = 0; i < ids.length; i++, place++) {
        tokens[place] = BigInt(ids[i]!);
        positions[place] = BigInt(i);
        segments[place] = BigInt(segment + 1);
        if (i === 0 || supervised[i] === 0) continue;
        predictors[target] = BigInt(place - 1);
        targets[target] = BigInt(ids[i]!);
        weights[target++] = 1;
      }
  }
  return { tokens, positions, segments, predictors, targets, weights };
}

/** Every example once, in order, in as few rows as best fit finds: how to go through examples for scoring. */
export function planPasses(
  sizes: ExampleSizes,
  batchSize: number,
  length: number,
): { rows: PackedRows; passes: number; shape: PackedShape } {
  const rows = packRows(sizes.tokens, Int32Array.from(sizes.tokens.keys()), length);
  const passes = Math.ceil(rowCount(rows) / batchSize);
  return { rows, passes, shape: shapeOf(sizes, rows, batchSize, length) };
}

/** A shape that holds the fullest pass of `batchSize` rows. */
export function shapeOf(
  { supervised }: ExampleSizes,
  rows: PackedRows,
  batchSize: number,
  length: number,
): PackedShape {
  let most = 1;
  for (let row = 0; row < rowCount(rows); row += batchSize) {
    const end = rows.starts[Math.min(row + batchSize, rowCount(rows))]!;
    let targets = 0;
    for (let i = rows.starts[row]!; i < end; i++) targets += supervised[rows.examples[i]!]!;
    most = Math.max(most, targets);
  }
  // A multiple of 32 keeps the kernels on whole vectors.
  return { rows: batchSize, length, targets: Math.ceil(most / 32) * 32 };
}
