/**
 * Examples packed into rows of one length, so that no arithmetic is spent on padding but at the end of rows.
 * Attention stays within an example (packedCausalMask) and positions restart, so packing changes no result.
 */
import { input } from '../graph/ops.ts';
import type { Tensor, TensorData } from '../graph/tensor.ts';
import type { EncodedExample } from '../text/encoded.ts';
import type { PackedInputs } from './llama.ts';

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

/**
 * Puts examples into rows of at most `length` tokens: best fit, in the order given (deterministic).
 * Throws when one is longer than a row.
 */
export function packRows(examples: readonly EncodedExample[], length: number): Row[] {
  const rows: EncodedExample[][] = [];
  // open[space] holds the rows with exactly that many free places, the latest last.
  const open: number[][] = Array.from({ length: length + 1 }, () => []);
  for (const example of examples) {
    const needed = example.tokens.length;
    if (needed > length) throw new Error(`example ${example.id} has ${needed} tokens, a row holds ${length}`);
    let space = needed;
    while (space <= length && open[space]!.length === 0) space++;
    const row = space <= length ? open[space]!.pop()! : rows.push([]) - 1;
    const left = (space <= length ? space : length) - needed;
    rows[row]!.push(example);
    open[left]!.push(row);
  }
  return rows;
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

/** The rows of one pass over `examples`, in order, for scoring. */
export function planPasses(
  examples: readonly EncodedExample[],
  batchSize: number,
  length: number,
): { passes: Row[][]; shape: PackedShape } {
  const passes = chunks(packRows(examples, length), batchSize);
  return { passes, shape: shapeOf(passes, batchSize, length) };
}

/** A shape that holds the fullest of `passes`. */
export function shapeOf(passes: readonly Row[][], rows: number, length: number): PackedShape {
  const most = passes.reduce((maximum, pass) => Math.max(maximum, supervisedInRows(pass)), 1);
  // A multiple of 32 keeps the kernels on whole vectors.
  return { rows, length, targets: Math.ceil(most / 32) * 32 };
}

export function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
