/** What training minimises: the contract between the loop, which knows no loss, and the objectives, which know no optimiser. */
import type { Program } from '../graph/emit.ts';
import { emitProgram } from '../graph/emit.ts';
import { gradients } from '../graph/gradient.ts';
import type { Tensor, TensorData } from '../graph/tensor.ts';
import type { PackedShape, Row } from '../model/packing.ts';
import { trainableParameters } from '../model/parameters.ts';
import type { LanguageModel } from '../model/parameters.ts';

/** Named figures of which the parts that single passes give add up. */
export type Sums = Record<string, number>;

/** What a run of the program returned, by output name. */
export type PassOutputs = Readonly<Record<string, Float32Array>>;

/** One run of the program. */
export type Pass = {
  /** Every input of the program but the trainable parameters and the dropout masks. */
  feeds: Record<string, TensorData>;
  /** This pass's share of each metric, by the names that TRL gives them: rewards/accuracies, logps/chosen ... */
  metrics: (outputs: PassOutputs) => Sums;
};

export type Objective = {
  /**
   * The arithmetic of one pass. Inputs: those of Pass.feeds, and every trainable parameter. Outputs: `loss`, what
   * Pass.metrics reads, and for training one gradient per trainable parameter (gradientName).
   */
  program: (model: LanguageModel, shape: PackedShape, options: { training: boolean }) => Program;
  /** What of a pass's rows the loss is a mean over: supervised tokens, pairs ... */
  counts: (rows: readonly Row[]) => Sums;
  /**
   * `totals` are the counts of all passes of a step, or of a whole validation split. Loss, metrics and gradients are
   * means over all of that: each pass gives its share, so that accumulation equals the large batch.
   */
  pass: (rows: readonly Row[], shape: PackedShape, totals: Sums) => Pass;
};

/** Which objective, and its settings. */
export type ObjectiveConfig = SftConfig | DpoConfig | OrpoConfig;

export type SftConfig = {
  type: 'sft';
  /** assistant: the tokens of assistant turns; all: every token. */
  supervise: 'assistant' | 'all';
};

export type DpoConfig = {
  type: 'dpo';
  loss: 'sigmoid' | 'ipo' | 'hinge';
  /** How closely the model is held to the reference. */
  beta: number;
  /** Share of preferences that are taken to be the wrong way round, in [0, 0.5): cDPO's, of the sigmoid loss only. */
  labelSmoothing: number;
};

export type OrpoConfig = {
  type: 'orpo';
  /** Weight of the odds ratio, λ in the paper. */
  beta: number;
};

/** Name of the output that holds the gradient of a trainable parameter. */
export function gradientName(parameter: string): string {
  return `gradient:${parameter}`;
}

/** The outputs, and for training the gradients of `loss` too; `trainable` as graphWeights lists them. */
export function objectiveProgram(
  model: LanguageModel,
  outputs: { loss: Tensor } & Record<string, Tensor>,
  trainable: readonly Tensor[] | undefined,
): Program {
  const all: Record<string, Tensor> = { ...outputs };
  if (trainable) {
    const names = trainableParameters(model).map(({ name }) => name);
    for (const [i, gradient] of gradients(outputs.loss, trainable).entries())
      all[gradientName(names[i]!)] = gradient;
  }
  return emitProgram(all);
}

/** Adds one pass's part. */
export function addSums(sums: Sums, part: Sums): void {
  for (const [name, value] of Object.entries(part)) sums[name] = (sums[name] ?? 0) + value;
}
