/**
 * From hidden states to the log-probabilities of given tokens: what every objective and every score is made of.
 * Logits [P, vocabulary] are the largest tensors of a step, so they only exist for a few rows at a time.
 */
import {
  add,
  addAt,
  concat,
  constant,
  customGradient,
  exp,
  gather,
  logSoftmax,
  matmul,
  mul,
  neg,
  pick,
  reduceMax,
  reshape,
  scalar,
  scatterAddRows,
  slice,
  sub,
  tanh,
} from '../graph/ops.ts';
import type { Tensor } from '../graph/tensor.ts';

/** Logits are x·tableᵀ for a table [vocabulary, d], bent to cap · tanh(x·tableᵀ / cap) where there is a soft cap. */
export type OutputProjection = { table: Tensor; softCap?: number | undefined };

/** Rows whose logits exist at once: enough for the kernels to reach their speed. */
const defaultRowsAtOnce = 256;

/**
 * log p(targetᵢ | hiddenᵢ) [P] for hidden states [P, d] and int64 targets [P], to be differentiated when `training`.
 *
 * With p = softmax(logits) and w the rows of the table, d log p_t / d hidden = w_t - Σ_v p_v·w_v. This slope needs
 * nothing from later in the graph, so it is computed beside the log-probability, while the logits are there. What comes
 * from above only scales its rows: no pass over [P, vocabulary] for weights or for the one-hot target.
 */
export function logProbabilities(
  hidden: Tensor,
  projection: OutputProjection,
  targets: Tensor,
  { training, rowsAtOnce = defaultRowsAtOnce }: { training: boolean; rowsAtOnce?: number },
): Tensor {
  const [count, width] = hidden.shape as [number, number];
  const chunks = chunksOf(hidden, targets, rowsAtOnce).map((chunk) => predict(chunk, projection));
  if (!training) return reshape(stack(chunks.map(({ picked }) => picked)), [count]);
  // Joined, so that a chunk's slope is finished, and its logits are gone, before the next chunk begins.
  const joined = stack(chunks.map((chunk) => concat([chunk.picked, slope(chunk, projection.table)], 1)));
  const value = reshape(slice(joined, 1, 0, 1), [count]);
  return customGradient(value, [hidden, projection.table], (upstream) => {
    const scaled = mul(slice(joined, 1, 1, 1 + width), column(upstream));
    return [scaled, tableGradient(chunks, upstream, projection.table)];
  });
}

/** As logProbabilities, for scoring only: [P, 2], the log-probability of the target and that of the likeliest token. */
export function scoredLogProbabilities(
  hidden: Tensor,
  projection: OutputProjection,
  targets: Tensor,
): Tensor {
  const chunks = chunksOf(hidden, targets, defaultRowsAtOnce).map((chunk) => predict(chunk, projection));
  return stack(chunks.map(({ picked, all }) => concat([picked, reduceMax(all)], 1)));
}

type Chunk = { start: number; rows: Tensor; ids: Tensor };
type Prediction = Chunk & {
  /** Log-probabilities [rows, vocabulary] of all tokens, and [rows, 1] of the targets. */
  all: Tensor;
  picked: Tensor;
  probabilities: Tensor;
  /** d logits / d (x·tableᵀ) where there is a soft cap. */
  bend: Tensor | undefined;
};

function chunksOf(hidden: Tensor, targets: Tensor, rowsAtOnce: number): Chunk[] {
  const count = hidden.shape[0]!;
  return Array.from({ length: Math.ceil(count / rowsAtOnce) }, (_, i) => {
    const [start, end] = [i * rowsAtOnce, Math.min(count, (i + 1) * rowsAtOnce)];
    return { start, rows: slice(hidden, 0, start, end), ids: slice(targets, 0, start, end) };
  });
}

function predict(chunk: Chunk, { table, softCap }: OutputProjection): Prediction {
  const bent =
    softCap === undefined ? undefined : tanh(matmul(chunk.rows, table, { transB: true, alpha: 1 / softCap }));
  const logits = bent ? mul(bent, scalar(softCap!)) : matmul(chunk.rows, table, { transB: true });
  const all = logSoftmax(logits);
  const bend = bent && sub(scalar(1), mul(bent, bent));
  return { ...chunk, all, picked: pick(all, column(chunk.ids)), probabilities: exp(all), bend };
}

/** d log p_target / d hidden, [rows, d]. */
function slope(chunk: Prediction, table: Tensor): Tensor {
  return chunk.bend
    ? matmul(logitSlope(chunk), table)
    : sub(gather(table, chunk.ids), matmul(chunk.probabilities, table));
}

/** d log p_target / d (x·tableᵀ) = (onehot(target) - p) · bend, [rows, vocabulary]. */
function logitSlope({ probabilities, ids, bend }: Prediction): Tensor {
  const ones = constant(new Float32Array(ids.shape[0]!).fill(1), [ids.shape[0]!, 1]);
  const difference = addAt(neg(probabilities), column(ids), ones);
  return bend ? mul(difference, bend) : difference;
}

/** Σ upstream · d log p_target / d table: (onehot(target) - p)ᵀ·(upstream · hidden), its two terms apart. */
function tableGradient(chunks: readonly Prediction[], upstream: Tensor, table: Tensor): Tensor {
  const parts = chunks.map((chunk) => {
    const weights = column(slice(upstream, 0, chunk.start, chunk.start + chunk.rows.shape[0]!));
    const weighted = mul(chunk.rows, weights);
    return chunk.bend
      ? matmul(logitSlope(chunk), weighted, { transA: true })
      : sub(
          scatterAddRows(chunk.ids, weighted, table.shape[0]!),
          matmul(chunk.probabilities, weighted, { transA: true }),
        );
  });
  return parts.reduce((sum, part) => add(sum, part));
}

function stack(rows: readonly Tensor[]): Tensor {
  return concat(rows, 0);
}

function column(x: Tensor): Tensor {
  return reshape(x, [x.shape[0]!, 1]);
}
