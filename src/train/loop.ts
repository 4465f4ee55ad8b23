/**
 * The training loop: a visible pass over planned batches, with evaluation, checkpoints and early stopping.
 * It sees encoded examples and a model in memory; it knows nothing of files of text, chat templates or configuration files.
 */
import { AttuneError } from '../base/errors.ts';
import { seededRandom } from '../base/random.ts';
import type { TensorData } from '../graph/tensor.ts';
import { adaptedModules, dropoutMaskName } from '../model/lora.ts';
import { packedFeeds, planPasses, rowsOfPass, supervisedInRows } from '../model/packing.ts';
import type { PackedShape, Row } from '../model/packing.ts';
import { trainableParameters } from '../model/parameters.ts';
import type { LanguageModel, Parameter } from '../model/parameters.ts';
import { scorePass, scoreProgram } from '../model/score.ts';
import { openSession, sharedFloats } from '../runtime/session.ts';
import type { Session } from '../runtime/session.ts';
import type { BatchPlan } from './batches.ts';
import { readBest, readLatest, saveBest, saveLatest } from './checkpoint.ts';
import type { LoopProgress } from './checkpoint.ts';
import type { TrainConfig } from './config.ts';
import type { TrainEvent } from './engine.ts';
import { readRows } from './example-source.ts';
import type { ExampleSource } from './example-source.ts';
import { gradientName, sftProgram } from './objectives/sft.ts';
import { adamWStep, clipGradients, newAdamWState } from './optimiser.ts';
import { learningRateAt } from './schedule.ts';

export type LoopConfig = Omit<TrainConfig, 'base' | 'engine' | 'method' | 'lora'>;

export type LoopOptions = {
  /** Which examples meet in which step, see planBatches. */
  plan: BatchPlan;
  validation: ExampleSource;
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
  { plan, validation, config, seed, workFolder, signal }: LoopOptions,
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
  const session = await openSession(sftProgram(shared, plan.shape), config.threads);
  const evaluator = await openEvaluator(shared, validation, config);
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
      const { loss, gradients } = await runPasses(session, shared, passes, {
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
        learningRate,
        gradientNorm,
        tokens,
        tokensPerSecond: (1000 * tokens) / (performance.now() - start),
        memoryBytes: process.memoryUsage.rss(),
      };

      if (evaluator && (step % config.evaluate_every === 0 || step === steps)) {
        const validationLoss = await evaluator.loss();
        if (!Number.isFinite(validationLoss))
          throw notFinite('validation loss', validationLoss, progress.step - 1, passes);
        const best = validationLoss < progress.bestLoss;
        if (best) {
          Object.assign(progress, { bestStep: step, bestLoss: validationLoss, worseEvaluations: 0 });
          await saveBest(workFolder, parameters);
        } else progress.worseEvaluations++;
        yield { type: 'evaluation', step, loss: validationLoss, best };
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

/** Forward and backward over the passes of one step: the mean loss of its supervised tokens, and its gradients. */
async function runPasses(
  session: Session,
  model: LanguageModel,
  passes: readonly Row[][],
  { shape, seed, step }: { shape: PackedShape; seed: number; step: number },
): Promise<{ loss: number; gradients: Float32Array[] }> {
  const parameters = trainableParameters(model);
  const trainable = Object.fromEntries(parameters.map(({ name, data }) => [name, data]));
  const supervised = passes.reduce((total, rows) => total + supervisedInRows(rows), 0);
  let loss = 0;
  let gradients: Float32Array[] = [];
  for (const [pass, rows] of passes.entries()) {
    const feeds = packedFeeds(rows, shape);
    feeds.weights.forEach((weight, i) => (feeds.weights[i] = weight / supervised));
    const masks = dropoutMasks(model, shape.rows * shape.length, seed, `${step}.${pass}`);
    const outputs = await session.run({ ...feeds, ...trainable, ...masks });
    loss += outputs['loss']![0]!;
    const parts = parameters.map(({ name }) => outputs[gradientName(name)]!);
    if (pass === 0) gradients = passes.length === 1 ? parts : parts.map((part) => part.slice());
    else for (const [p, sum] of gradients.entries()) addInto(sum, parts[p]!);
  }
  return { loss, gradients };
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
  const lora = model.adapter?.config;
  if (!lora || lora.dropout === 0) return {};
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

type Evaluator = { loss: () => Promise<number>; close: () => Promise<void> };

/** Mean negative log-probability of the validation split's supervised tokens under the parameters as they then are. */
async function openEvaluator(
  model: LanguageModel,
  validation: ExampleSource,
  config: LoopConfig,
): Promise<Evaluator | undefined> {
  if (validation.tokens.length === 0) return undefined;
  const { batch_size: batchSize, sequence_length: length } = config;
  const { rows, passes, shape } = planPasses(validation, batchSize, length);
  const session = await openSession(scoreProgram(model, shape), config.threads);
  const loss = async (): Promise<number> => {
    let [total, count] = [0, 0];
    for (let pass = 0; pass < passes; pass++) {
      const packed = await readRows(validation, rowsOfPass(rows, pass, batchSize));
      for (const { logProbabilities } of await scorePass(session, model, packed, shape)) {
        for (const logProbability of logProbabilities) total -= logProbability;
        count += logProbabilities.length;
      }
    }
    return total / count;
  };
  return { loss, close: session.close };
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
