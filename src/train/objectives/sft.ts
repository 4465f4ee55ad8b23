/** Supervised fine-tuning: the loss and its gradients as one program. */
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
import { emitProgram } from '../../graph/emit.ts';
import type { Program } from '../../graph/emit.ts';
import { gradients } from '../../graph/gradient.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { llamaHidden, llamaLogits } from '../../model/llama.ts';
import { packedInputs } from '../../model/packing.ts';
import type { PackedShape } from '../../model/packing.ts';
import { graphWeights, trainableParameters } from '../../model/parameters.ts';
import type { LanguageModel } from '../../model/parameters.ts';

/** Name of the output that holds the gradient of a trainable parameter. */
export function gradientName(parameter: string): string {
  return `gradient:${parameter}`;
}

/**
 * One training step's arithmetic. Inputs: the packed batch (see packing.ts), `weights` [P] with which each supervised
 * position counts, and every trainable parameter. Outputs: `loss` and one gradient per trainable parameter.
 * Only supervised positions reach the output projection.
 */
export function sftProgram(model: LanguageModel, shape: PackedShape): Program {
  const batch = packedInputs(shape);
  const { weights, trainable } = graphWeights(model, { training: true });
  const hidden = gather(llamaHidden(model.config, weights, batch), batch.predictors);
  const loss = crossEntropy(
    llamaLogits(model.config, weights, hidden),
    batch.targets,
    input('weights', [shape.targets]),
  );
  const outputs: Record<string, Tensor> = { loss };
  const names = trainableParameters(model).map(({ name }) => name);
  for (const [i, gradient] of gradients(loss, trainable).entries())
    outputs[gradientName(names[i]!)] = gradient;
  return emitProgram(outputs);
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
