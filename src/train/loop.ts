/**
 * The training loop: a visible pass over planned batches, with evaluation, checkpoints and early stopping.
 * It sees encoded examples, a model in memory and an objective; it knows nothing of files of text, chat templates or losses.
 */
import { AttuneError } from '../base/errors.ts';
import { seededRandom } from '../base/random.ts';
import type { TensorData } from '../graph/tensor.ts';
import { adaptedModules, dropoutMaskName } from '../model/lora.ts';
import { planPasses, rowsOfPass } from '../model/packing.ts';
import type { PackedShape, Row } from '../model/packing.ts';
import { trainableParameters } from '../model/parameters.ts';
import type { LanguageModel, Parameter } from '../model/parameters.ts';
import { openSession, sharedFloats } from '../runtime/session.ts';
import type { Session } from '../runtime/session.ts';
import type { BatchPlan } from './batches.ts';
import { readBest, readLatest, saveBest, saveLatest } from './checkpoint.ts';
import type { LoopProgress } from './checkpoint.ts';
import type { ResolvedTrainConfig } from './config.ts';
import type { TrainEvent } from './engine.ts';
import { readRows } from './example-source.ts';
import type { ExampleSource } from './example-source.ts';
import { addSums, gradientName } from './objective.ts';
import type { Objective, Sums } from './objective.ts';
import { adamWStep, clipGradients, newAdamWState } from './optimiser.ts';
import { learningRateAt } from './schedule.ts';

export type LoopConfig = Omit<ResolvedTrainConfig, 'base' | 'engine' | 'method' | 'lora'>;

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
  const shared = onSharedMemory(model);
  const parameters = trainableParameters(shared);
  const optimiser = newAdamWState(parameters);
  const progress: LoopProgress = {
    step: 0,
    bestStep: 0,
    bestLoss: Infinity,
    worseEvaluations: 0,
    trainedTokens: 0,
  };
  if (await readLatest(workFolder, { parameters, optimiser, progress }))
    yield { type: 'resumed', step: progress.step };

  const { steps } = plan;
  const schedule = {
    peak: config.learning_rate,
    shape: config.schedule,
    steps,
    warmupSteps: Math.ceil(config.warmup_ratio * steps),
  };
  const adamW = {
    beta1: config.adam_beta1,
    beta2: config.adam_beta2,
    epsilon: config.adam_epsilon,
    weightDecay: config.weight_decay,
  };
  const session = await openSession(
    objective.program(shared, plan.shape, { training: true }),
    config.threads,
  );
  const evaluator = await openEvaluator(shared, validation, objective, config);
  try {
    // Asked before a step, not after an evaluation: a run that was killed after it stopped early must not go on.
    const stopsEarly = (): boolean => progress.worseEvaluations >= (config.early_stopping ?? Infinity);
    while (progress.step < steps && !stopsEarly()) {
      if (signal.aborted) {
        await saveLatest(workFolder, { parameters, optimiser, progress });
        throw new AttuneError(
          'interrupted',
          `training stopped at step ${progress.step} of ${steps}; a checkpoint was written`,
          { fix: 'Run the same command again to go on.' },
        );
      }
      const start = performance.now();
      const passes = await plan.readStep(progress.step);
      const { loss, metrics, gradients } = await runPasses(session, shared, passes, {
        objective,
        shape: plan.shape,
        seed,
        step: progress.step,
      });
      if (!Number.isFinite(loss)) throw notFinite('loss', loss, progress.step, passes);
      const gradientNorm = clipGradients(gradients, config.max_gradient_norm);
      if (!Number.isFinite(gradientNorm))
        throw notFinite('gradient norm', gradientNorm, progress.step, passes);
      const learningRate = learningRateAt(progress.step, schedule);
      adamWStep(parameters, gradients, optimiser, { ...adamW, learningRate });

      const tokens = passes.flat(2).reduce((total, example) => total + example.tokens.length, 0);
      const step = ++progress.step;
      progress.trainedTokens += tokens;
      yield {
        type: 'step',
        step,
        steps,
        loss,
        metrics,
        learningRate,
        gradientNorm,
        tokens,
        tokensPerSecond: (1000 * tokens) / (performance.now() - start),
        memoryBytes: process.memoryUsage.rss(),
      };

      if (evaluator && (step % config.evaluate_every === 0 || step === steps)) {
        const { loss: validationLoss, metrics: validationMetrics } = await evaluator.evaluate();
        if (!Number.isFinite(validationLoss))
          throw notFinite('validation loss', validationLoss, progress.step - 1, passes);
        const best = validationLoss < progress.bestLoss;
        if (best) {
          Object.assign(progress, { bestStep: step, bestLoss: validationLoss, worseEvaluations: 0 });
          await saveBest(workFolder, parameters);
        } else progress.worseEvaluations++;
        yield { type: 'evaluation', step, loss: validationLoss, metrics: validationMetrics, best };
      }
      if (step % config.checkpoint_every === 0 || stopsEarly()) {
        await saveLatest(workFolder, { parameters, optimiser, progress });
        yield { type: 'checkpoint', step };
      }
    }
    if (stopsEarly()) yield { type: 'early-stop', step: progress.step, bestStep: progress.bestStep };
  } finally {
    await session.close();
    await evaluator?.close();
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

/** Forward and backward over the passes of one step: its loss, metrics and gradients. */
async function runPasses(
  session: Session,
  model: LanguageModel,
  passes: readonly Row[][],
  { objective, shape, seed, step }: { objective: Objective; shape: PackedShape; seed: number; step: number },
): Promise<{ loss: number; metrics: Sums; gradients: Float32Array[] }> {
  const parameters = trainableParameters(model);
  const trainable = Object.fromEntries(parameters.map(({ name, data }) => [name, data]));
  const totals: Sums = {};
  for (const rows of passes) addSums(totals, objective.counts(rows));
  const metrics: Sums = {};
  let loss = 0;
  let gradients: Float32Array[] = [];
  for (const [pass, rows] of passes.entries()) {
    const { feeds, metrics: share } = objective.pass(rows, shape, totals);
    const masks = dropoutMasks(model, shape.rows * shape.length, seed, `${step}.${pass}`);
    const outputs = await session.run({ ...feeds, ...trainable, ...masks });
    loss += outputs['loss']![0]!;
    addSums(metrics, share(outputs));
    const parts = parameters.map(({ name }) => outputs[gradientName(name)]!);
    if (pass === 0) gradients = passes.length === 1 ? parts : parts.map((part) => part.slice());
    else for (const [p, sum] of gradients.entries()) addInto(sum, parts[p]!);
  }
  return { loss, metrics, gradients };
}

function addInto(sum: Float32Array, part: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += part[i]!;
}

/** One mask per adapted layer, [positions, in], drawn outside the graph so that a resumed run draws the same. */
function dropoutMasks(
  model: LanguageModel,
  positions: number,
  seed: number,
  step: string,
): Record<string, TensorData> {
  if (model.adapter?.kind !== 'lora' || model.adapter.config.dropout === 0) return {};
  const lora = model.adapter.config;
  const masks: Record<string, TensorData> = {};
  const limit = lora.dropout * 2 ** 32;
  for (const { module, inputSize } of adaptedModules(model.config, lora)) {
    const random = seededRandom(seed, 'dropout', step, module);
    const mask = new Uint8Array(positions * inputSize);
    for (let i = 0; i < mask.length; i++) mask[i] = random.uint32() < limit ? 0 : 1;
    masks[dropoutMaskName(module)] = mask;
  }
  return masks;
}

type Evaluator = {
  evaluate: () => Promise<{ loss: number; metrics: Sums }>;
  close: () => Promise<void>;
};

/** The objective on the whole validation split, under the parameters as they then are. */
async function openEvaluator(
  model: LanguageModel,
  validation: ExampleSource,
  objective: Objective,
  config: LoopConfig,
): Promise<Evaluator | undefined> {
  if (validation.tokens.length === 0) return undefined;
  const { batch_size: batchSize, sequence_length: length } = config;
  const { rows, passes, shape } = planPasses(validation, batchSize, length);
  const readPass = (pass: number): Promise<Row[]> => readRows(validation, rowsOfPass(rows, pass, batchSize));
  const totals: Sums = {};
  for (let pass = 0; pass < passes; pass++) addSums(totals, objective.counts(await readPass(pass)));
  const session = await openSession(objective.program(model, shape, { training: false }), config.threads);
  const parameters = trainableParameters(model);
  const trainable = Object.fromEntries(parameters.map(({ name, data }) => [name, data]));
  const evaluate = async (): Promise<{ loss: number; metrics: Sums }> => {
    const metrics: Sums = {};
    let loss = 0;
    for (let pass = 0; pass < passes; pass++) {
      const { feeds, metrics: share } = objective.pass(await readPass(pass), shape, totals);
      const outputs = await session.run({ ...feeds, ...trainable });
      loss += outputs['loss']![0]!;
      addSums(metrics, share(outputs));
    }
    return { loss, metrics };
  };
  return { evaluate, close: session.close };
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

/** `step` counts from 0: the one whose batch is to blame. */
function notFinite(what: string, value: number, step: number, passes: readonly Row[][]): AttuneError {
  const ids = passes.flat(2).map(({ id }) => id);
  const more = ids.length > 5 ? ` and ${ids.length - 5} more` : '';
  return new AttuneError(
    'training',
    `the ${what} became ${value} at step ${step + 1}; its batch held ${ids.slice(0, 5).join(', ')}${more}`,
    { fix: 'Lower train.learning_rate and run again: training starts anew, as with any other setting.' },
  );
}
