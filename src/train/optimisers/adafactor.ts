import type { Slot, StateArray, StateShape, UpdateRule } from './optimiser.ts';

/** torch.optim.Adafactor's defaults: exponent of the decay, the two epsilons (the first is float32's), the clipping threshold. */
const decayExponent = -0.8;
const [epsilon1, epsilon2] = [2 ** -23, 1e-3];
const threshold = 1;

/**
 * Adafactor (Shazeer and Stern, arXiv 1804.04235) with the arithmetic of torch.optim.Adafactor. Of a matrix's second
 * moments only the means of rows and columns are kept: 4 · (rows + columns) bytes. The step of a parameter is relative to
 * the root mean square of its weights.
 */
export const adafactor: UpdateRule = {
  state: (shape): Record<string, StateShape> =>
    shape.length < 2
      ? { variance: { dtype: 'F32', shape } }
      : {
          row_variance: { dtype: 'F32', shape: [rowsOf(shape)] },
          column_variance: { dtype: 'F32', shape: [shape.at(-1)!] },
        },
  whole: true,
  update: (slot, { step, learningRate, gradientScale, weightDecay }) => {
    const { data, gradient, decays, shape } = slot;
    const relative = Math.max(epsilon2, rootMeanSquare(data)) * Math.min(learningRate, 1 / Math.sqrt(step));
    const { rows, columns } = inverseRoots(slot, gradientScale, step ** decayExponent);
    const width = shape.at(-1)!;
    let squares = 0;
    for (let row = 0, i = 0; row < rows.length; row++)
      for (let column = 0; column < width; column++, i++) {
        const update = Math.min(rows[row]! * columns[column]!, 1 / epsilon1) * gradientScale * gradient[i]!;
        squares += update * update;
      }
    const updateNorm = Math.sqrt(squares / data.length);
    const scale = (relative * gradientScale) / Math.max(1, updateNorm / threshold);
    const keep = decays ? 1 - learningRate * weightDecay : 1;
    for (let row = 0, i = 0; row < rows.length; row++)
      for (let column = 0; column < width; column++, i++)
        data[i] =
          keep * data[i]! - scale * Math.min(rows[row]! * columns[column]!, 1 / epsilon1) * gradient[i]!;
  },
};

function rowsOf(shape: readonly number[]): number {
  return shape.slice(0, -1).reduce((product, size) => product * size, 1);
}

/**
 * Moves the running second moments towards this gradient's. The inverse root of an element's is the product of those
 * returned for its row and its column, at most 1 / ε₁; of a vector all is in the column's.
 */
function inverseRoots(
  { gradient, shape, state }: Slot,
  gradientScale: number,
  newShare: number,
): { rows: Float64Array; columns: Float64Array } {
  const width = shape.at(-1)!;
  const rowMeans = new Float64Array(rowsOf(shape));
  const columnMeans = new Float64Array(width);
  for (let row = 0, i = 0; row < rowMeans.length; row++) {
    let rowSum = 0;
    for (let column = 0; column < width; column++, i++) {
      const g = gradientScale * gradient[i]!;
      rowSum += g * g;
      columnMeans[column]! += (g * g) / rowMeans.length;
    }
    rowMeans[row] = rowSum / width;
  }
  const { variance, row_variance: rowVariance, column_variance: columnVariance } = state;
  approach(variance ?? columnVariance!, columnMeans, newShare);
  if (variance) return { rows: Float64Array.of(1), columns: Float64Array.from(variance, inverseRoot) };
  approach(rowVariance!, rowMeans, newShare);
  // V ≈ R·C / mean(R): rank one, of the right row and column means.
  let sum = 0;
  for (const value of rowVariance!) sum += value;
  const divisor = Math.max(sum / rowMeans.length, epsilon1);
  return {
    rows: Float64Array.from(rowVariance!, (value) => inverseRoot(value / divisor)),
    columns: Float64Array.from(columnVariance!, inverseRoot),
  };
}

function approach(running: StateArray, target: Float64Array, share: number): void {
  for (let i = 0; i < running.length; i++) running[i]! += share * (target[i]! - running[i]!);
}

function inverseRoot(value: number): number {
  return 1 / Math.sqrt(value);
}

function rootMeanSquare(data: Float32Array): number {
  let squares = 0;
  for (let i = 0; i < data.length; i++) squares += data[i]! * data[i]!;
  return Math.sqrt(squares / data.length);
}
