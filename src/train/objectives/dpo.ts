/** Direct preference optimisation (arXiv 2305.18290) and the losses of its kind: the arithmetic of TRL's DPOTrainer. */
import type { Program } from '../../graph/emit.ts';
import {
  add,
  concat,
  constant,
  div,
  input,
  less,
  logSoftmax,
  mul,
  neg,
  reduceSum,
  scalar,
  slice,
  sub,
  where,
} from '../../graph/ops.ts';
import type { Tensor } from '../../graph/tensor.ts';
import type { PackedShape, Row } from '../../model/packing.ts';
import type { LanguageModel } from '../../model/parameters.ts';
import { objectiveProgram } from '../objective.ts';
import type { DpoConfig, Objective, Pass, Sums } from '../objective.ts';
import { answerLogProbabilities, pairFeeds, pairWeights, rewardMetrics } from './pairs.ts';

/** Its examples are pairs with a `reference` (see withReference). */
export function dpoObjective(config: DpoConfig): Objective {
  return {
    program: (model, shape, { training }) => program(model, shape, training, config),
    counts: (rows) => ({ pairs: rows.flat().length }),
    pass: (rows, shape, totals) => pass(rows, shape, totals, config),
  };
}

function program(model: LanguageModel, shape: PackedShape, training: boolean, config: DpoConfig): Program {
  const pairs = shape.pairs!;
  const { answers, trainable } = answerLogProbabilities(model, shape, training);
  const ratios = sub(answers, input('reference', [2 * pairs, 1]));
  // The IPO paper has sums; its authors' results are of means per token, as TRL's are.
  const scores = config.loss === 'ipo' ? div(ratios, input('lengths', [2 * pairs, 1])) : ratios;
  const margins = sub(slice(scores, 0, 0, pairs), slice(scores, 0, pairs, 2 * pairs));
  const losses = pairLosses(margins, config);
  const loss = reduceSum(mul(losses, input('pairWeights', [pairs, 1])), [0, 1]);
  return objectiveProgram(model, { loss, answers }, training ? trainable : undefined);
}

/** The loss of each pair [N, 1] from how much further the chosen answer has moved from the reference than the rejected one. */
function pairLosses(margins: Tensor, { loss, beta, labelSmoothing }: DpoConfig): Tensor {
  const z = mul(margins, scalar(beta));
  switch (loss) {
    case 'sigmoid': {
      // log σ(z) and log σ(-z) are the log-softmax of (z, 0): finite however large z is.
      const zeros = constant(new Float32Array(z.shape[0]!), z.shape);
      const logSigmoids = logSoftmax(concat([z, zeros], 1));
      const wins = mul(slice(logSigmoids, 1, 0, 1), scalar(1 - labelSmoothing));
      const losses = mul(slice(logSigmoids, 1, 1, 2), scalar(labelSmoothing));
      return neg(add(wins, losses));
    }
    // SLiC (arXiv 2305.10425): max(0, 1 - z)
    case 'hinge':
      return where(less(z, scalar(1)), sub(scalar(1), z), scalar(0));
    // (margin - 1 / 2β)², equation 17 of arXiv 2310.12036, where β is called τ
    case 'ipo': {
      const distance = sub(margins, scalar(1 / (2 * beta)));
      return mul(distance, distance);
    }
  }
}

function pass(rows: readonly Row[], shape: PackedShape, totals: Sums, { beta }: DpoConfig): Pass {
  const total = totals['pairs']!;
  const pairs = rows.flat();
  const reference = new Float32Array(2 * shape.pairs!);
  for (const [p, example] of pairs.entries())
    [reference[p], reference[shape.pairs! + p]] = example.reference!;
  const feeds = { ...pairFeeds(rows, shape), reference, pairWeights: pairWeights(rows, shape, total) };
  return {
    feeds,
    metrics: ({ answers }) =>
      rewardMetrics(pairs.length, total, {
        rewards: answers!.map((logProbability, i) => beta * (logProbability - reference[i]!)),
        logps: answers!,
      }),
  };
}
