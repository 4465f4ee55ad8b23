/** Supervised fine-tuning: the mean negative log-probability of the supervised tokens. */
import { gather, input, mul, neg, reduceSum } from '../../graph/ops.ts';
import type { Program } from '../../graph/emit.ts';
import { decoderHidden, outputProjection } from '../../model/decoder.ts';
import { logProbabilities } from '../../model/log-probabilities.ts';
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
  const projection = outputProjection(model.config, weights);
  const predicted = logProbabilities(hidden, projection, batch.targets, { training });
  const loss = neg(reduceSum(mul(predicted, input('weights', [shape.targets])), [0]));
  return objectiveProgram(model, { loss }, training ? trainable : undefined);
}

function pass(rows: readonly Row[], shape: PackedShape, totals: Sums): Pass {
  const feeds = packedFeeds(rows, shape);
  feeds.weights.forEach((weight, i) => (feeds.weights[i] = weight / totals['supervised']!));
  return { feeds, metrics: () => ({}) };
}
