/**
 * The training loop: a visible pass over planned batches, with evaluation, checkpoints and early stopping.
 * It sees encoded examples, a model in memory and an objective; it knows nothing of files of text, chat templates or losses.
 */
import { AttuneError } from '../base/errors.ts';
import { freeDiskBytes } from '../base/free-resources.ts';
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
import type { LoopProgress, TrainingState } from './checkpoint.ts';
import type { ResolvedTrainConfig } from './config.ts';
import type { TrainEvent } from './engine.ts';
import { openEvaluator } from './evaluation.ts';
import type { Evaluator } from './evaluation.ts';
import type { ExampleSource } from './example-source.ts';
import { forecastRun } from './forecast.ts';
import { mustBeFinite } from './not-finite.ts';
import type { Objective } from './objective.ts';
import { newOptimiser } from './optimisers/new-optimiser.ts';
import type { Optimiser } from './optimisers/new-optimiser.ts';
import { checkDisk } from './preflight.ts';
import { learningRateAt, warmupSteps } from './schedule.ts';
import type { ScheduleConfig } from './schedule.ts';
import { onSharedMemory } from './shared-model.ts';
import { openGradientRunner } from './step.ts';
import type { GradientRunner } from './step.ts';

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

/** What is at hand from the first step to the last. */
type Run = {
  config: LoopConfig;
  plan: BatchPlan;
  workFolder: string;
  /** Its trainable parameters lie on shared memory, and are updated in place. */
  model: LanguageModel;
  optimiser: Optimiser;
  schedule: ScheduleConfig;
  training: TrainingState;
  progress: LoopProgress;
  /** The step of the newest checkpoint; 0 where there is none. */
  savedStep: number;
};

/** Trains the trainable parameters of `model`. Same model, options and thread count, same bytes, however often it was stopped. */
export async function* trainLoop(
  model: LanguageModel,
  { validation, objective, seed, signal, ...options }: LoopOptions,
): AsyncGenerator<TrainEvent, LoopResult> {
  const run = newRun(model, options);
  const { config, plan, progress, optimiser, workFolder } = run;
  const { steps, shape } = plan;
  const { threads } = config;
  const opened: { close: () => Promise<void> }[] = [optimiser];
  let evaluator: Evaluator | undefined;
  try {
    yield* goOn(run);
    const runner = await openGradientRunner(run.model, { objective, shape, seed, threads });
    opened.push(runner);
    evaluator = await openEvaluator(run.model, validation, objective, config);
    if (evaluator) opened.push(evaluator);
    // Asked before a step, not after an evaluation: a run that was killed after it stopped early must not go on.
    const stopsEarly = (): boolean => progress.worseEvaluations >= (config.early_stopping ?? Infinity);
    const forwardShare = run.model.adapter ? 1 / 2 : 1 / 3;
    const forecast = stopsEarly()
      ? undefined
      : yield* forecastRun({ steps, progress, runner, evaluator, optimiser, config, forwardShare });

    while (progress.step < steps && !stopsEarly()) {
      if (signal.aborted) {
        await save(run);
        throw interrupted(progress.step, steps);
      }
      const start = performance.now();
      const passes = await plan.readStep(progress.step);
      const taken = await takeStep(run, runner, passes);
      const { step } = progress;
      const seconds = (performance.now() - start) / 1000;
      yield { ...taken, tokensPerSecond: taken.tokens / seconds, memoryBytes: process.memoryUsage.rss() };
      if (forecast) yield* forecast.afterStep(seconds);

      if (evaluator && (step % config.evaluate_every === 0 || step === steps))
        yield await evaluateStep(run, evaluator, passes);
      if (step % config.checkpoint_every === 0 || stopsEarly()) {
        // The last update may have broken what the checkpoint before still has whole.
        mustBeFinite('sum of the weights', sumOf(run.training.parameters), { ...run, step, passes });
        await save(run);
        yield { type: 'checkpoint', step };
      }
    }
    if (stopsEarly()) yield { type: 'early-stop', step: progress.step, bestStep: progress.bestStep };
    else if (forecast) yield* forecast.outcome();
  } finally {
    for (const { close } of opened) await close();
  }
  return {
    parameters: evaluator
      ? await readBest(workFolder, run.training.parameters)
      : [...run.training.parameters],
    steps: progress.step,
    bestStep: evaluator ? progress.bestStep : progress.step,
    validationLoss: evaluator ? progress.bestLoss : NaN,
    trainedTokens: progress.trainedTokens,
  };
}

function newRun(
  model: LanguageModel,
  { plan, config, workFolder }: Pick<LoopOptions, 'plan' | 'config' | 'workFolder'>,
): Run {
  const shared = {
    ...onSharedMemory(model),
    neftuneAlpha: config.neftune_alpha,
    gradientCheckpointing: config.gradient_checkpointing,
  };
  const parameters = trainableParameters(shared);
  const optimiser = newOptimiser(config.optimizer, parameters, {
    beta1: config.adam_beta1,
    beta2: config.adam_beta2,
    epsilon: config.adam_epsilon,
    weightDecay: config.weight_decay,
    threads: config.threads,
  });
  const { steps } = plan;
  const schedule = {
    peak: config.learning_rate,
    shape: config.schedule,
    steps,
    warmupSteps: warmupSteps(steps, config),
  };
  const progress = newProgress();
  const training = { parameters, state: optimiser.state, progress };
  return { config, plan, workFolder, model: shared, optimiser, schedule, training, progress, savedStep: 0 };
}

/** Takes up the newest checkpoint; where there is none, makes sure that there is room for those to come. */
async function* goOn(run: Run): AsyncGenerator<TrainEvent> {
  const { config, progress, training, workFolder } = run;
  for (const problem of await readCheckpoint(workFolder, training))
    yield { type: 'warning', message: `${problem}; going on from step ${progress.step}` };
  run.savedStep = progress.step;
  if (progress.step > 0) yield { type: 'resumed', step: progress.step };
  else
    checkDisk(
      workFolder,
      checkpointBytes(training, config.keep_checkpoints),
      await freeDiskBytes(workFolder),
    );
}

async function save(run: Run): Promise<void> {
  await saveCheckpoint(run.workFolder, run.training, run.config.keep_checkpoints);
  run.savedStep = run.progress.step;
}

type StepEvent = Extract<TrainEvent, { type: 'step' }>;

/** Forward and backward passes, clipping and the update. */
async function takeStep(
  run: Run,
  runner: GradientRunner,
  passes: readonly Row[][],
): Promise<Omit<StepEvent, 'tokensPerSecond' | 'memoryBytes'>> {
  const { config, plan, progress, optimiser, schedule } = run;
  const { loss, metrics, gradients } = await runner.run(passes, progress.step);
  const step = progress.step + 1;
  mustBeFinite('loss', loss, { ...run, step, passes });
  const gradientNorm = await optimiser.gradientNorm(gradients);
  mustBeFinite('gradient norm', gradientNorm, { ...run, step, passes });
  const learningRate = learningRateAt(progress.step, schedule);
  await optimiser.step(gradientNorm, { step, learningRate, maximumNorm: config.max_gradient_norm });

  const tokens = passes.flat(2).reduce((total, example) => total + example.tokens.length, 0);
  progress.step = step;
  progress.trainedTokens += tokens;
  return { type: 'step', step, steps: plan.steps, loss, metrics, learningRate, gradientNorm, tokens };
}

/** Measures the validation split, and keeps the parameters when they are the best so far. */
async function evaluateStep(run: Run, evaluator: Evaluator, passes: readonly Row[][]): Promise<TrainEvent> {
  const { progress, training, workFolder } = run;
  const { step } = progress;
  const { loss, metrics } = await evaluator.evaluate();
  mustBeFinite('validation loss', loss, { ...run, step, passes });
  const best = loss < progress.bestLoss;
  if (best) {
    Object.assign(progress, { bestStep: step, bestLoss: loss, worseEvaluations: 0 });
    await saveBest(workFolder, training.parameters);
  } else progress.worseEvaluations++;
  return { type: 'evaluation', step, loss, metrics, best };
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
