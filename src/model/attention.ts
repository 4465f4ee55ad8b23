import {
  add,
  concat,
  customGradient,
  matmul,
  mul,
  reduceSum,
  reshape,
  scalar,
  slice,
  softmax,
  sub,
  tanh,
  transpose,
} from '../graph/ops.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { QueryBlock } from './packed-masks.ts';

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
 * q [B, T, heads·headDim], k and v [B, P + T, keyValueHeads·headDim], blocks of packedMasks → [B, T, heads·headDim].
 * The query heads that share a key-value head are stacked as rows of one product, so nothing is repeated; a block of
 * queries is multiplied with no keys that come after it.
 */
export function attention(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  blocks: readonly QueryBlock[],
  shape: AttentionShape,
): Tensor {
  const { heads, keyValueHeads, headDim } = shape;
  const [rows, length] = q.shape as [number, number];
  const group = heads / keyValueHeads;
  const byHead = (x: Tensor): Tensor =>
    transpose(reshape(x, [rows, x.shape[1]!, keyValueHeads, headDim]), [0, 2, 1, 3]);
  const queries = transpose(reshape(q, [rows, length, keyValueHeads, group, headDim]), [0, 2, 3, 1, 4]);
  const mixed = weightedValues(queries, byHead(k), byHead(v), blocks, shape);
  return reshape(transpose(mixed, [0, 3, 1, 2, 4]), [rows, length, heads * headDim]);
}

/**
 * softmax(capped(scale · q·kᵀ) + mask) · v, with the backward pass of FlashAttention (arXiv 2205.14135, appendix B.2).
 * q [B, keyValueHeads, group, T, headDim]; k and v [B, keyValueHeads, P + T, headDim]. Result as q.
 */
function weightedValues(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  blocks: readonly QueryBlock[],
  { headDim, attentionScale: scale = 1 / Math.sqrt(headDim), attentionSoftCap: cap }: AttentionShape,
): Tensor {
  const [rows, keyValueHeads, group] = q.shape as [number, number, number];
  /** The queries of a block in x, the heads of a group stacked, and back. */
  const stackedRows = (x: Tensor, { start, end }: QueryBlock): Tensor =>
    reshape(slice(x, 3, start, end), [rows, keyValueHeads, group * (end - start), headDim]);
  const unstacked = (parts: readonly Tensor[]): Tensor =>
    concat(
      parts.map((part) => reshape(part, [rows, keyValueHeads, group, part.shape[2]! / group, headDim])),
      3,
    );
  const parts = blocks.map((block) => {
    const queries = stackedRows(q, block);
    const [keys, values] = [slice(k, 2, 0, block.keys), slice(v, 2, 0, block.keys)];
    const scores = matmul(queries, keys, { transB: true, alpha: scale / (cap ?? 1) });
    const bent = cap === undefined ? undefined : tanh(scores);
    const probabilities = softmax(add(bent ? mul(bent, scalar(cap!)) : scores, block.mask));
    return {
      block,
      queries,
      keys,
      values,
      bent,
      probabilities,
      output: matmul(probabilities, values),
    };
  });
  return customGradient(unstacked(parts.map(({ output }) => output)), [q, k, v], (upstream) => {
    const gradients = parts.map(({ block, queries, keys, values, bent, probabilities, output }) => {
      const dOutput = stackedRows(upstream, block);
      // Σ_j dP_ij·P_ij = Σ_d dO_id·O_id: a sum over headDim in place of one over the row of probabilities.
      const rowSum = reduceSum(mul(dOutput, output), [-1], true);
      const dCapped = mul(probabilities, sub(matmul(dOutput, values, { transB: true }), rowSum));
      // d cap·tanh(s / cap) = (1 - tanh²) ds
      const dScores = bent ? mul(dCapped, sub(scalar(1), mul(bent, bent))) : dCapped;
      return [
        matmul(dScores, keys, { alpha: scale }),
        matmul(dScores, queries, { transA: true, alpha: scale }),
        matmul(probabilities, dOutput, { transA: true }),
      ] as const;
    });
    return [
      unstacked(gradients.map(([dQueries]) => dQueries)),
      sumOfPrefixes(gradients.map(([, dKeys]) => dKeys)),
      sumOfPrefixes(gradients.map(([, , dValues]) => dValues)),
    ];
  });
}

/** Σ parts, each as long along axis 2 as it has keys, the longest last. */
function sumOfPrefixes(parts: readonly Tensor[]): Tensor {
  return parts.reduce((sum, part) => {
    const shared = sum.shape[2]!;
    const length = part.shape[2]!;
    const both = add(sum, slice(part, 2, 0, shared));
    return shared === length ? both : concat([both, slice(part, 2, shared, length)], 2);
  });
}
