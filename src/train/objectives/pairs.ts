/** What the preference objectives share: the log-probabilities of both answers of every pair, in the graph and its feeds. */
import { gather, input, matmul, reshape } from '../../graph/ops.ts';
import type { Tensor, TensorData } from '../../graph/tensor.ts';
import { decoderHidden, outputProjection } from '../../model/decoder.ts';
import { logProbabilities } from '../../model/log-probabilities.ts';
import { branchOf, packedFeeds, packedInputs, targetsOf } from '../../model/packing.ts';
import type { PackedShape, Row } from '../../model/packing.ts';
import { graphWeights } from '../../model/parameters.ts';
import type { LanguageModel } from '../../model/parameters.ts';
import type { Sums } from '../objective.ts';

/**
 * `tokens` [P]: the log-probability of every supervised token. `answers` [2N, 1]: its sums over the chosen answers of
 * N pairs, then over the rejected ones; a token of both answers counts in both.
 */
export function answerLogProbabilities(
  model: LanguageModel,
  shape: PackedShape,
  training: boolean,
): { tokens: Tensor; answers: Tensor; trainable: Tensor[] } {
  const batch = packedInputs(shape);
  const { weights, trainable } = graphWeights(model, { training });
  const hidden = gather(decoderHidden(model.config, weights, batch), batch.predictors);
  const projection = outputProjection(model.config, weights);
  const tokens = logProbabilities(hidden, projection, batch.targets, { training });
  const membership = input('membership', [2 * shape.pairs!, shape.targets]);
  return { tokens, answers: matmul(membership, reshape(tokens, [shape.targets, 1])), trainable };
}

export type PairFeeds = Record<string, TensorData> & {
  /** [2N, P]: 1 where a supervised token belongs to an answer. */
  membership: Float32Array;
  /** [2N]: tokens of each answer, at least 1. */
  lengths: Float32Array;
  /** [P]: 1 for the tokens of chosen texts, their prompts' included, where those are supervised. */
  chosenTokens: Float32Array;
};

/** The feeds of packed pairs; pairs that are left over are padding. */
export function pairFeeds(rows: readonly Row[], shape: PackedShape): PairFeeds {
  const { weights: chosenTokens, ...feeds } = packedFeeds(rows, shape);
  const pairs = shape.pairs!;
  const membership = new Float32Array(2 * pairs * shape.targets);
  const lengths = new Float32Array(2 * pairs);
  let target = 0;
  for (const [p, example] of rows.flat().entries())
    for (const i of targetsOf(example)) {
      const branch = branchOf(example.pair, i);
      const owners = branch === 0 ? [p, pairs + p] : [branch === 1 ? p : pairs + p];
      if (i >= example.pair!.answer)
        for (const owner of owners) {
          membership[owner * shape.targets + target] = 1;
          lengths[owner]!++;
        }
      if (branch === 2) chosenTokens[target] = 0;
      target++;
    }
  return { ...feeds, membership, lengths: lengths.map((count) => Math.max(1, count)), chosenTokens };
}

/** [N, 1]: the weight of each pair in a mean over `total` of them, 0 for padding. */
export function pairWeights(rows: readonly Row[], shape: PackedShape, total: number): Float32Array {
  return new Float32Array(shape.pairs!).fill(1 / total, 0, rows.flat().length);
}

/** This pass's share of the metrics of `total` pairs; `rewards` and `logps` hold the chosen answers, then the rejected ones. */
export function rewardMetrics(
  pairs: number,
  total: number,
  { rewards, logps }: { rewards: Float32Array; logps: Float32Array },
): Sums {
  const half = rewards.length / 2;
  const sumOver = (value: (chosen: number, rejected: number) => number): number => {
    let sum = 0;
    for (let p = 0; p < pairs; p++) sum += value(p, half + p);
    return sum / total;
  };
  return {
    'rewards/chosen': sumOver((chosen) => rewards[chosen]!),
    'rewards/rejected': sumOver((_, rejected) => rewards[rejected]!),
    'rewards/accuracies': sumOver((chosen, rejected) => Number(rewards[chosen]! > rewards[rejected]!)),
    'rewards/margins': sumOver((chosen, rejected) => rewards[chosen]! - rewards[rejected]!),
    'logps/chosen': sumOver((chosen) => logps[chosen]!),
    'logps/rejected': sumOver((_, rejected) => logps[rejected]!),
  };
}
