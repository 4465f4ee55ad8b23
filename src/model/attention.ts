import {
  add,
  and,
  constant,
  customGradient,
  equal,
  expand,
  matmul,
  mul,
  reduceSum,
  reshape,
  scalar,
  softmax,
  sub,
  transpose,
  where,
} from '../graph/ops.ts';
import type { Tensor } from '../graph/tensor.ts';

export type AttentionShape = { heads: number; keyValueHeads: number; headDim: number };

/**
 * What may look at what in packed rows: 0 where a query may see a key (not later, and of the same example), else a
 * number that softmax turns into 0. `segments` [B, T] numbers the examples of each row. Returns
 * [B, keyValueHeads, group·T, T], spelt out for every head: ONNX Runtime's Add is several times slower when it broadcasts.
 */
export function packedCausalMask(segments: Tensor, { heads, keyValueHeads }: AttentionShape): Tensor {
  const [rows, length] = segments.shape as [number, number];
  const causal = new Uint8Array(length * length);
  for (let query = 0; query < length; query++) causal.fill(1, query * length, query * length + query + 1);
  const sameExample = equal(
    reshape(segments, [rows, 1, 1, length, 1]),
    reshape(segments, [rows, 1, 1, 1, length]),
  );
  const visible = and(sameExample, constant(causal, [length, length], 'causal'));
  const group = heads / keyValueHeads;
  const mask = expand(where(visible, scalar(0), scalar(-1e9)), [rows, keyValueHeads, group, length, length]);
  return reshape(mask, [rows, keyValueHeads, group * length, length]);
}

/**
 * Scaled dot-product attention with grouped key-value heads (arXiv 2305.13245).
 * q [B, T, heads·headDim], k and v [B, T, keyValueHeads·headDim], mask of packedCausalMask → [B, T, heads·headDim].
 * The query heads that share a key-value head are stacked as rows of one product, so nothing is repeated.
 */
export function attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor, shape: AttentionShape): Tensor {
  const { heads, keyValueHeads, headDim } = shape;
  const [rows, length] = q.shape as [number, number];
  const group = heads / keyValueHeads;
  const stacked = [rows, keyValueHeads, group * length, headDim];
  const byHead = (x: Tensor): Tensor =>
    transpose(reshape(x, [rows, length, keyValueHeads, headDim]), [0, 2, 1, 3]);
  const queries = reshape(
    transpose(reshape(q, [rows, length, keyValueHeads, group, headDim]), [0, 2, 3, 1, 4]),
    stacked,
  );
  const mixed = weightedValues(queries, byHead(k), byHead(v), mask, 1 / Math.sqrt(headDim));
  const separate = reshape(mixed, [rows, keyValueHeads, group, length, headDim]);
  return reshape(transpose(separate, [0, 3, 1, 2, 4]), [rows, length, heads * headDim]);
}

/** softmax(scale · q·kᵀ + mask) · v, with the backward pass of FlashAttention (arXiv 2205.14135, appendix B.2). */
function weightedValues(q: Tensor, k: Tensor, v: Tensor, mask: Tensor, scale: number): Tensor {
  const probabilities = softmax(add(matmul(q, k, { transB: true, alpha: scale }), mask));
  const output = matmul(probabilities, v);
  return customGradient(output, [q, k, v], (dOutput) => {
    // Σ_j dP_ij·P_ij = Σ_d dO_id·O_id: a sum over headDim in place of one over the row of probabilities.
    const rowSum = reduceSum(mul(dOutput, output), [-1], true);
    const dScores = mul(probabilities, sub(matmul(dOutput, v, { transB: true }), rowSum));
    return [
      matmul(dScores, k, { alpha: scale }),
      matmul(dScores, q, { transA: true, alpha: scale }),
      matmul(probabilities, dOutput, { transA: true }),
    ];
  });
}
