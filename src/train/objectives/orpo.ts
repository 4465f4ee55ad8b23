/** Odds ratio preference optimisation (arXiv 2403.07691), without a reference model: the arithmetic of TRL's ORPOTrainer. */
import type { Program } from '../../graph/emit.ts';
import {
  concat,
  constant,
  div,
  input,
  less,
  log,
  logSoftmax,
  mul,
  neg,
  reduceSum,
  scalar,
  slice,
  sub,
  tanh,
  where,
} from '../../graph/ops.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { branchOf, targetsOf } from '../../model/packing.ts';
import type { PackedShape, Row } from '../../model/packing.ts';
import type { LanguageModel } from '../../model/parameters.ts';
import { objectiveProgram } from '../objective.ts';
import type { Objective, OrpoConfig, Pass, Sums } from '../objective.ts';
import { answerLogProbabilities, pairFeeds, pairWeights, rewardMetrics } from './pairs.ts';

/** Its examples are pairs whose prompts are supervised too: the negative log-likelihood is that of the whole chosen text. */
export function orpoObjective(config: OrpoConfig): Objective {
  return {
    program: (model, shape, { training }) => program(model, shape, training, config),
    counts: (rows) => ({ pairs: rows.flat().length, chosenTokens: chosenTokens(rows) }),
    pass: (rows, shape, totals) => pass(rows, shape, totals, config),
  };
}

/** Mean of -log p over the tokens of the chosen texts, less β times the mean over pairs of log σ(log odds ratio). */
function program(model: LanguageModel, shape: PackedShape, training: boolean, { beta }: OrpoConfig): Program {
  const pairs = shape.pairs!;
  const { tokens, answers: sums, trainable } = answerLogProbabilities(model, shape, training);
  const answers = div(sums, input('lengths', [2 * pairs, 1]));
  const odds = sub(answers, logOneMinusExp(answers));
  const logOdds = sub(slice(odds, 0, 0, pairs), slice(odds, 0, pairs, 2 * pairs));
  const zeros = constant(new Float32Array(pairs), [pairs, 1]);
  const ratios = slice(logSoftmax(concat([logOdds, zeros], 1)), 1, 0, 1);
  const nll = neg(reduceSum(mul(tokens, input('weights', [shape.targets])), [0]));
  const preference = reduceSum(mul(ratios, input('pairWeights', [pairs, 1])), [0, 1]);
  const loss = sub(nll, mul(preference, scalar(beta)));
  return objectiveProgram(model, { loss, answers, logOdds, ratios, nll }, training ? trainable : undefined);
}

/** log(1 - eˣ) for x ≤ 0, by eˣ - 1 = 2t / (1 - t) with t = tanh(x / 2), which is exact near 0 where 1 - eˣ is not. */
function logOneMinusExp(x: Tensor): Tensor {
  // At a probability of 1 the odds have no end.
  const below = where(less(x, scalar(-1e-6)), x, scalar(-1e-6));
  const t = tanh(mul(below, scalar(0.5)));
  return log(div(mul(t, scalar(-2)), sub(scalar(1), t)));
}

function pass(rows: readonly Row[], shape: PackedShape, totals: Sums, { beta }: OrpoConfig): Pass {
  const { chosenTokens, ...feeds } = pairFeeds(rows, shape);
  const total = totals['pairs']!;
  const pairs = rows.flat().length;
  const weights = chosenTokens.map((one) => one / totals['chosenTokens']!);
  return {
    feeds: { ...feeds, weights, pairWeights: pairWeights(rows, shape, total) },
    metrics: ({ answers, logOdds, ratios, nll }) => ({
      ...rewardMetrics(pairs, total, { rewards: answers!.map((mean) => beta * mean), logps: answers! }),
      nll_loss: nll![0]!,
      log_odds_ratio: sumOf(ratios!.subarray(0, pairs)) / total,
      log_odds_chosen: sumOf(logOdds!.subarray(0, pairs)) / total,
    }),
  };
}

/** Tokens of chosen texts that are predicted, their prompts' included. */
function chosenTokens(rows: readonly Row[]): number {
  let count = 0;
  for (const example of rows.flat())
    for (const i of targetsOf(example)) if (branchOf(example.pair, i) !== 2) count++;
  return count;
}

function sumOf(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
