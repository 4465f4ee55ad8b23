/**
 * The training loop: a visible pass over planned batches, with evaluation, checkpoints and early stopping.
 * It sees encoded examples, a model in memory and an objective; it knows nothing of files of text, chat templates or losses.
 */
import { AttuneError } from '../base/errors.ts';
import { freeDiskBytes } from '../base/free-resources.ts';
import { sharedFloats } from '../base/shared-memory.ts';
import type { Row } from '../model/packing.ts';
import { trainableParameters } from '../model/parameters.ts';
import type { LanguageModel, Parameter } from '../model/parameters.ts';
import type { BatchPlan } from './batches.ts';
import {
  checkpointBytes,
  newProgress,
  readBest,
  readCheckpoint,
  saveBest,
  saveCheckpoint,
} from './checkpoint.ts';
import type { ResolvedTrainConfig } from './config.ts';
import type { TrainEvent } from './engine.ts';
import { openEvaluator } from './evaluation.ts';
import type { ExampleSource } from './example-source.ts';
import { forecastRun } from './forecast.ts';
import type { Objective } from './objective.ts';
import { newOptimiser } from './optimisers/new-optimiser.ts';
import { checkDisk } from './preflight.ts';
import { learningRateAt, warmupSteps } from './schedule.ts';
import { openGradientRunner } from './step.ts';

export type LoopConfig = Omit<ResolvedTrainConfig, 'base' | 'engine' | 'method' | 'lora' | 'quantization'>;

export type LoopOptions = {
  /** Which examples meet in which step, see planBatches. */
  plan: BatchPlan;
  validation: ExampleSource;
  objective: Objective;
  config: LoopConfig;
  seed: number;
  /** Checkpoints live here; one found here is gone on from. */
  workFolder: string;
  signal: AbortSignal;
};

export type LoopResult = {
  /** The trainable parameters of the best evaluation, or the last ones where there is no validation split. */
  parameters: Parameter[];
  steps: number;
  bestStep: number;
  validationLoss: number;
  trainedTokens: number;
};

/** Trains the trainable parameters of `model`. Same model, options and thread count, same bytes, however often it was stopped. */
export async function* trainLoop(
  model: LanguageModel,
  { plan, validation, objective, config, seed, workFolder, signal }: LoopOptions,
): AsyncGenerator<TrainEvent, LoopResult> {
  const shared = {
    ...onSharedMemory(model),
    neftuneAlpha: config.neftune_alpha,
    gradientCheckpointing: config.gradient_checkpointing,
  };
  const parameters = trainableParameters(shared);
  const { steps, shape } = plan;
  const { threads } = config;
  const optimiser = newOptimiser(config.optimizer, parameters, {
    beta1: config.adam_beta1,
    beta2: config.adam_beta2,
    epsilon: config.adam_epsilon,
    weightDecay: config.weight_decay,
    threads,
  });
  const schedule = {
    peak: config.learning_rate,
    shape: config.schedule,
    steps,
    warmupSteps: warmupSteps(steps, config),
  };
  const progress = newProgress();
  const training = { parameters, state: optimiser.state, progress };
  for (const problem of await readCheckpoint(workFolder, training))
    yield { type: 'warning', message: `${problem}; going on from step ${progress.step}` };
  if (progress.step > 0) yield { type: 'resumed', step: progress.step };
  let savedStep = progress.step;
  const save = async (): Promise<void> => {
    await saveCheckpoint(workFolder, training, config.keep_checkpoints);
    savedStep = progress.step;
  };
  /** Throws unless the number is finite. `step` counts from 1: the one whose batch is to blame. */
  const mustBeFinite = (what: string, value: number, step: number, passes: readonly Row[][]): void => {
    if (!Number.isFinite(value)) throw notFinite({ what, value, step, passes, savedStep, workFolder });
  };

  if (progress.step === 0)
    checkDisk(
      workFolder,
      checkpointBytes(training, config.keep_checkpoints),
      await freeDiskBytes(workFolder),
    );
  const runner = await openGradientRunner(shared, { objective, shape, seed, threads });
  const evaluator = await openEvaluator(shared, validation, objective, config);
  try {
    // Asked before a step, not after an evaluation: a run that was killed after it stopped early must not go on.
    const stopsEarly = (): boolean => progress.worseEvaluations >= (config.early_stopping ?? Infinity);
    const forwardShare = shared.adapter ? 1 / 2 : 1 / 3;
    const forecast = stopsEarly()
      ? undefined
      : yield* forecastRun({ steps, progress, runner, evaluator, optimiser, config, forwardShare });
    while (progress.step < steps && !stopsEarly()) {
      if (signal.aborted) {
        await save();
        throw interrupted(progress.step, steps);
      }
      const start = performance.now();
      const passes = await plan.readStep(progress.step);
      const { loss, metrics, gradients } = await runner.run(passes, progress.step);
      const step = progress.step + 1;
      mustBeFinite('loss', loss, step, passes);
      const gradientNorm = await optimiser.gradientNorm(gradients);
      mustBeFinite('gradient norm', gradientNorm, step, passes);
      const learningRate = learningRateAt(progress.step, schedule);
      await optimiser.step(gradientNorm, { step, learningRate, maximumNorm: config.max_gradient_norm });

      const tokens = passes.flat(2).reduce((total, example) => total + example.tokens.length, 0);
      progress.step = step;
      progress.trainedTokens += tokens;
      const seconds = (performance.now() - start) / 1000;
      yield {
        type: 'step',
        step,
        steps,
        loss,
        metrics,
        learningRate,
        gradientNorm,
        tokens,
        tokensPerSecond: tokens / seconds,
        memoryBytes: process.memoryUsage.rss(),
      };
      if (forecast) yield* forecast.afterStep(seconds);

      if (evaluator && (step % config.evaluate_every === 0 || step === steps)) {
        const { loss: validationLoss, metrics: validationMetrics } = await evaluator.evaluate();
        mustBeFinite('validation loss', validationLoss, step, passes);
        const best = validationLoss < progress.bestLoss;
        if (best) {
          Object.assign(progress, { bestStep: step, bestLoss: validationLoss, worseEvaluations: 0 });
          await saveBest(workFolder, parameters);
        } else progress.worseEvaluations++;
        yield { type: 'evaluation', step, loss: validationLoss, metrics: validationMetrics, best };
      }
      if (step % config.checkpoint_every === 0 || stopsEarly()) {
        // The last update may have broken what the checkpoint before still has whole.
        mustBeFinite('sum of the weights', sumOf(parameters), step, passes);
        await save();
        yield { type: 'checkpoint', step };
      }
    }
    if (stopsEarly()) yield { type: 'early-stop', step: progress.step, bestStep: progress.bestStep };
    else if (forecast) yield* forecast.outcome();
  } finally {
    await runner.close();
    await evaluator?.close();
    await optimiser.close();
  }
  const kept = evaluator ? await readBest(workFolder, parameters) : [...parameters];
  return {
    parameters: kept,
    steps: progress.step,
    bestStep: evaluator ? progress.bestStep : progress.step,
    validationLoss: evaluator ? progress.bestLoss : NaN,
    trainedTokens: progress.trainedTokens,
  };
}

/** A copy of the model whose trainable parameters lie where the engine's thread sees them without a copy. */
function onSharedMemory(model: LanguageModel): LanguageModel {
  const share = (parameter: Parameter): Parameter => {
    const data = sharedFloats(parameter.data.length);
    data.set(parameter.data);
    return { ...parameter, data };
  };
  if (model.adapter)
    return { ...model, adapter: { ...model.adapter, parameters: model.adapter.parameters.map(share) } };
  return { ...model, base: new Map([...model.base].map(([name, parameter]) => [name, share(parameter)])) };
}

function sumOf(parameters: readonly Parameter[]): number {
  let sum = 0;
  for (const { data } of parameters) for (let i = 0; i < data.length; i++) sum += data[i]!;
  return sum;
}

function interrupted(step: number, steps: number): AttuneError {
  return new AttuneError(
    'interrupted',
    `training stopped at step ${step} of ${steps}; a checkpoint was written`,
    { fix: 'Run the same command again to go on.' },
  );
}

type NotFinite = {
  what: string;
  value: number;
  step: number;
  passes: readonly Row[][];
  /** Of the newest checkpoint; 0 where there is none. */
  savedStep: number;
  workFolder: string;
};

function notFinite({ what, value, step, passes, savedStep, workFolder }: NotFinite): AttuneError {
  const ids = passes.flat(2).map(({ id }) => id);
  const more = ids.length > 5 ? ` and ${ids.length - 5} more` : '';
  const kept =
    savedStep > 0
      ? `the checkpoint of step ${savedStep} is kept in ${workFolder}`
      : 'no checkpoint had been written yet';
  return new AttuneError(
    'training',
    `the ${what} became ${value} at step ${step}; its batch held ${ids.slice(0, 5).join(', ')}${more}; ${kept}`,
    {
      fix: 'Look at those examples, or lower train.learning_rate, and run again: training starts anew, as with any other setting.',
    },
  );
}
