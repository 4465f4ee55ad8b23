import {
  add,
  customGradient,
  matmul,
  mul,
  reduceSum,
  reshape,
  scalar,
  softmax,
  sub,
  tanh,
  transpose,
} from '../graph/ops.ts';
import type { Tensor } from '../graph/tensor.ts';

export type AttentionShape = {
  heads: number;
  keyValueHeads: number;
  headDim: number;
  /** What q · k is multiplied by; 1 / √headDim when absent. */
  attentionScale?: number;
  /** Scores s become cap · tanh(s / cap) (Gemma 2, arXiv 2408.00118, section 2). */
  attentionSoftCap?: number;
};

/**
 * Scaled dot-product attention with grouped key-value heads (arXiv 2305.13245).
 * q [B, T, heads·headDim], k and v [B, P + T, keyValueHeads·headDim], mask of packedMasks → [B, T, heads·headDim].
 * The query heads that share a key-value head are stacked as rows of one product, so nothing is repeated.
 */
export function attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor, shape: AttentionShape): Tensor {
  const { heads, keyValueHeads, headDim, attentionScale = 1 / Math.sqrt(headDim), attentionSoftCap } = shape;
  const [rows, length] = q.shape as [number, number];
  const group = heads / keyValueHeads;
  const stacked = [rows, keyValueHeads, group * length, headDim];
  const byHead = (x: Tensor): Tensor =>
    transpose(reshape(x, [rows, x.shape[1]!, keyValueHeads, headDim]), [0, 2, 1, 3]);
  const queries = reshape(
    transpose(reshape(q, [rows, length, keyValueHeads, group, headDim]), [0, 2, 3, 1, 4]),
    stacked,
  );
  const mixed = weightedValues(queries, byHead(k), byHead(v), mask, {
    scale: attentionScale,
    cap: attentionSoftCap,
  });
  const separate = reshape(mixed, [rows, keyValueHeads, group, length, headDim]);
  return reshape(transpose(separate, [0, 3, 1, 2, 4]), [rows, length, heads * headDim]);
}

/** softmax(capped(scale · q·kᵀ) + mask) · v, with the backward pass of FlashAttention (arXiv 2205.14135, appendix B.2). */
function weightedValues(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  mask: Tensor,
  { scale, cap }: { scale: number; cap: number | undefined },
): Tensor {
  const scores = matmul(q, k, { transB: true, alpha: scale / (cap ?? 1) });
  const bent = cap === undefined ? undefined : tanh(scores);
  const probabilities = softmax(add(bent ? mul(bent, scalar(cap!)) : scores, mask));
  const output = matmul(probabilities, v);
  return customGradient(output, [q, k, v], (dOutput) => {
    // Σ_j dP_ij·P_ij = Σ_d dO_id·O_id: a sum over headDim in place of one over the row of probabilities.
    const rowSum = reduceSum(mul(dOutput, output), [-1], true);
    const dCapped = mul(probabilities, sub(matmul(dOutput, v, { transB: true }), rowSum));
    // d cap·tanh(s / cap) = (1 - tanh²) ds
    const dScores = bent ? mul(dCapped, sub(scalar(1), mul(bent, bent))) : dCapped;
    return [
      matmul(dScores, k, { alpha: scale }),
      matmul(dScores, q, { transA: true, alpha: scale }),
      matmul(probabilities, dOutput, { transA: true }),
    ];
  });
}
