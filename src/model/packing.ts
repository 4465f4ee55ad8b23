/**
 * Examples packed into rows of one length, so that no arithmetic is spent on padding but at the end of rows.
 * Attention stays within an example (packedMasks) and positions restart, so packing changes no result.
 */
import { input } from '../graph/ops.ts';
import type { Tensor, TensorData } from '../graph/tensor.ts';
import type { EncodedExample, PairLayout } from '../text/encoded-example.ts';
import type { PackedInputs } from './decoder.ts';

/** Examples that share one row, in order. */
export type Row = readonly EncodedExample[];

/** Rows of `length` tokens, with room for `targets` supervised positions in all rows together. */
export type PackedShape = {
  rows: number;
  length: number;
  targets: number;
  /** Room for so many preference pairs in all rows together; undefined when examples are no pairs. */
  pairs?: number | undefined;
};

/** The graph inputs of a packed batch: rows [B, T], and for each supervised token its index and that of the state that predicts it [P]. */
export function packedInputs({
  rows,
  length,
  targets,
  pairs,
}: PackedShape): PackedInputs & { predictors: Tensor; targets: Tensor } {
  return {
    tokens: input('tokens', [rows, length], 'int64'),
    positions: input('positions', [rows, length], 'int64'),
    segments: input('segments', [rows, length], 'int64'),
    ...(pairs !== undefined && { branches: input('branches', [rows, length], 'int64') }),
    predictors: input('predictors', [targets], 'int64'),
    targets: input('targets', [targets], 'int64'),
  };
}

/** By index of the example: its tokens, and those of them that are predicted (supervisedCount). Columns, since there may be millions. */
export type ExampleSizes = {
  tokens: Int32Array;
  supervised: Int32Array;
  /** The examples are preference pairs. */
  paired: boolean;
};

/** The sizes of examples that are all in memory. */
export function sizesOf(examples: readonly EncodedExample[]): ExampleSizes {
  return {
    tokens: Int32Array.from(examples, ({ tokens }) => tokens.length),
    supervised: Int32Array.from(examples, supervisedCount),
    paired: examples.some(({ pair }) => pair !== undefined),
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

/** A row that holds `length` tokens and the longest example: a pair has two texts, each of at most `length`. */
export function rowLength(sizes: readonly ExampleSizes[], length: number): number {
  const longest = sizes.reduce((most, { tokens }) => tokens.reduce((a, b) => Math.max(a, b), most), length);
  return longest === length ? length : Math.ceil(longest / 16) * 16;
}

/** Index of the token before token `i`, from which it is predicted; -1 when there is none. */
function predictorOf({ pair }: EncodedExample, i: number): number {
  return (i === pair?.rejected ? pair.chosen : i) - 1;
}

/** Indexes of an example's supervised tokens that have a token before them to be predicted from, in order. */
export function* targetsOf(example: EncodedExample): Generator<number> {
  const { supervised } = example;
  for (let i = 1; i < supervised.length; i++)
    if (supervised[i] === 1 && predictorOf(example, i) >= 0) yield i;
}

/** How many those are. */
export function supervisedCount(example: EncodedExample): number {
  let count = 0;
  for (const _ of targetsOf(example)) count++;
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
  const places = (): BigInt64Array => new BigInt64Array(shape.rows * shape.length);
  const [tokens, positions, segments, branches] = [places(), places(), places(), places()];
  const [predictors, targets] = [new BigInt64Array(shape.targets), new BigInt64Array(shape.targets)];
  const weights = new Float32Array(shape.targets);
  let target = 0;
  for (const [r, row] of rows.entries()) {
    let start = r * shape.length;
    for (const [segment, example] of row.entries()) {
      const { tokens: ids, pair } = example;
      for (let i = 0; i < ids.length; i++) {
        const branch = branchOf(pair, i);
        tokens[start + i] = BigInt(ids[i]!);
        positions[start + i] = BigInt(branch === 2 ? i - pair!.rejected + pair!.chosen : i);
        segments[start + i] = BigInt(segment + 1);
        branches[start + i] = BigInt(branch);
      }
      for (const i of targetsOf(example)) {
        predictors[target] = BigInt(start + predictorOf(example, i));
        targets[target] = BigInt(ids[i]!);
        weights[target++] = 1;
      }
      start += ids.length;
    }
  }
  return {
    tokens,
    positions,
    segments,
    ...(shape.pairs !== undefined && { branches }),
    predictors,
    targets,
    weights,
  };
}

/** Whose token that is: 0 of both answers (or of no pair), 1 of the chosen alone, 2 of the rejected alone. */
export function branchOf(pair: PairLayout | undefined, i: number): 0 | 1 | 2 {
  if (!pair || i < pair.chosen) return 0;
  return i < pair.rejected ? 1 : 2;
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
  { supervised, paired }: ExampleSizes,
  rows: PackedRows,
  batchSize: number,
  length: number,
): PackedShape {
  let [most, pairs] = [1, 1];
  for (let row = 0; row < rowCount(rows); row += batchSize) {
    const end = rows.starts[Math.min(row + batchSize, rowCount(rows))]!;
    let targets = 0;
    pairs = Math.max(pairs, end - rows.starts[row]!);
    for (let i = rows.starts[row]!; i < end; i++) targets += supervised[rows.examples[i]!]!;
    most = Math.max(most, targets);
  }
  // A multiple of 32 keeps the kernels on whole vectors.
  return { rows: batchSize, length, targets: Math.ceil(most / 32) * 32, ...(paired && { pairs }) };
}
