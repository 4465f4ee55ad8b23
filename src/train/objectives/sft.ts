/** Supervised fine-tuning: the mean negative log-probability of the supervised tokens. */
import {
  addAt,
  customGradient,
  exp,
  gather,
  input,
  logSoftmax,
  mul,
  neg,
  pick,
  reduceSum,
  reshape,
} from '../../graph/ops.ts';
import type { Program } from '../../graph/emit.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { decoderHidden, decoderLogits } from '../../model/decoder.ts';
import { packedFeeds, packedInputs, supervisedInRows } from '../../model/packing.ts';
import type { PackedShape, Row } from '../../model/packing.ts';
import { graphWeights } from '../../model/parameters.ts';
import type { LanguageModel } from '../../model/parameters.ts';
import { objectiveProgram } from '../objective.ts';
import type { Objective, Pass, Sums } from '../objective.ts';

export const sftObjective: Objective = {
  program,
  counts: (rows) => ({ supervised: supervisedInRows(rows) }),
  pass,
};

/** `weights` [P] is how much each supervised position counts. Only those positions reach the output projection. */
function program(model: LanguageModel, shape: PackedShape, { training }: { training: boolean }): Program {
  const batch = packedInputs(shape);
  const { weights, trainable } = graphWeights(model, { training });
  const hidden = gather(decoderHidden(model.config, weights, batch), batch.predictors);
  const loss = crossEntropy(
    decoderLogits(model.config, weights, hidden),
    batch.targets,
    input('weights', [shape.targets]),
  );
  return objectiveProgram(model, { loss }, training ? trainable : undefined);
}

function pass(rows: readonly Row[], shape: PackedShape, totals: Sums): Pass {
  const feeds = packedFeeds(rows, shape);
  feeds.weights.forEach((weight, i) => (feeds.weights[i] = weight / totals['supervised']!));
  return { feeds, metrics: () => ({}) };
}

/** Σ weightᵢ · -log softmax(logitsᵢ)[targetᵢ] for logits [P, V], int64 targets [P], weights [P]. */
export function crossEntropy(logits: Tensor, targets: Tensor, weights: Tensor): Tensor {
  const column = [logits.shape[0]!, 1];
  const [index, weight] = [reshape(targets, column), reshape(weights, column)];
  const logProbabilities = logSoftmax(logits);
  const loss = neg(reduceSum(mul(pick(logProbabilities, index), weight), [0, 1]));
  return customGradient(loss, [logits], (dLoss) => {
    // dL/dlogit = weight · (softmax - onehot(target))
    const scale = mul(weight, dLoss);
    return [addAt(mul(exp(logProbabilities), scale), index, neg(scale))];
  });
}
