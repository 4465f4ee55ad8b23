/**
 * DoRA (Liu et al., arXiv 2402.09353): the rows of W + s·B·A keep their direction and get trained lengths m,
 *
 *     y = c ⊙ (x·Wᵀ + s·x·Aᵀ·Bᵀ),   c = m / ‖W + s·B·A‖ by row
 *
 * where the norm counts as a constant in the backward pass (section 4.3 of the paper).
 */
import {
  add,
  customGradient,
  div,
  matmul,
  mul,
  reduceSum,
  scalar,
  sqrt,
  sub,
  transpose,
} from '../graph/ops.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { AdaptedLinear } from './lora.ts';
import type { Parameter } from './parameters.ts';

type DoraLinear = AdaptedLinear & { dora: NonNullable<AdaptedLinear['dora']> };

/** Lengths of the rows of a weight [out, in]: where a new adapter's m starts. */
export function doraMagnitude(weight: Parameter): Float32Array {
  return squaredRowNorms(weight).map(Math.sqrt);
}

/** Squared lengths of the rows of a weight [out, in], summed in float64. */
export function squaredRowNorms({ data, shape }: Parameter): Float32Array {
  const [rows, width] = shape as [number, number];
  const squares = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let i = row * width; i < (row + 1) * width; i++) sum += data[i]! * data[i]!;
    squares[row] = sum;
  }
  return squares;
}

/**
 * The layer's output from x and dropped x [N, in] and the low-rank `update` [N, out].
 * As in PEFT dropout reaches all that the adapter adds: y = x·Wᵀ + (c - 1) ⊙ drop(x)·Wᵀ + c ⊙ update, which costs a
 * second product with W. Without dropout it is c ⊙ (x·Wᵀ + update).
 */
export function withMagnitude(x: Tensor, dropped: Tensor, update: Tensor, layer: DoraLinear): Tensor {
  const { product } = layer;
  const scale = rowScale(layer);
  if (dropped === x) return mul(add(product(x), update), scale);
  const change = add(mul(product(dropped), sub(scale, scalar(1))), mul(update, scale));
  return add(product(x), change);
}

/** c = m / ‖W + s·B·A‖, [out]. */
export function rowScale(layer: DoraLinear): Tensor {
  return div(layer.dora.magnitude, rowNorms(layer));
}

/**
 * ‖W + s·B·A‖ by row, [out], without the product B·A: with G = W·Aᵀ,
 * ‖Wᵢ + s·BᵢA‖² = ‖Wᵢ‖² + s·Bᵢ·(2Gᵢ + s·BᵢAAᵀ). It costs what the layer costs for `rank` more tokens.
 */
function rowNorms({ adapted, product, a, b, dora }: DoraLinear): Tensor {
  const { scale } = adapted;
  const g = transpose(product(a), [1, 0]);
  const inner = matmul(b, matmul(a, a, { transB: true }), { alpha: scale });
  const squares = reduceSum(mul(b, add(mul(g, scalar(2)), inner)), [-1]);
  const norms = sqrt(add(dora.squaredNorms, mul(squares, scalar(scale))));
  return customGradient(norms, [], () => []);
}
