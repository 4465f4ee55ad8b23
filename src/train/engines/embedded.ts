/** The embedded engine: trains on this machine's CPU with ONNX Runtime, no Python. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { writeJson } from '../../base/files.ts';
import { loadModel, saveAdapter, saveModel } from '../../model/model-folder.ts';
import { modelCacheFolder } from '../../model/base/hub-settings.ts';
import { loadQuantisedBase } from '../../model/quantised-base.ts';
import { rowLength } from '../../model/packing.ts';
import { trainableParameters } from '../../model/parameters.ts';
import type { LanguageModel } from '../../model/parameters.ts';
import { withTrainable } from '../trainable-model.ts';
import { planBatches } from '../batches.ts';
import type { BatchPlan } from '../batches.ts';
import type { ResolvedTrainConfig, TrainConfig } from '../config.ts';
import { encodeSplit } from '../encode-split.ts';
import type { EncodedSplit } from '../encode-split.ts';
import type { ExampleSource } from '../example-source.ts';
import type { Engine, TrainEvent, TrainJob, TrainResult } from '../engine.ts';
import { chooseHyperparameters } from '../hyperparameters.ts';
import { trainLoop } from '../loop.ts';
import type { LoopResult } from '../loop.ts';
import type { ObjectiveConfig } from '../objective.ts';
import { openObjectiveEncoder } from '../objective-encoder.ts';
import { getObjective } from '../objectives/get-objective.ts';
import { checkData, checkPairs, checkTemplate } from '../preflight.ts';
import { withReference } from '../reference-model.ts';

export const embeddedEngine: Engine = { name: 'embedded', train };

async function* train(job: TrainJob, signal: AbortSignal): AsyncGenerator<TrainEvent, TrainResult> {
  const frozen = yield* loadBase(job, signal);
  const model = await withTrainable(frozen, job);
  checkSequenceLength(job.config, model);
  yield* warnings(await checkTemplate(job.base, model.config));
  const splits = await encodeSplits(job, signal);
  let learnt: Learnt;
  try {
    learnt = yield* learn(job, { frozen, model, ...splits }, signal);
  } finally {
    await splits.training.examples.close();
    await splits.validation.examples.close();
  }
  const { config, result } = learnt;
  const sha256 = await save(job, model, result);
  const done = {
    method: config.method,
    steps: result.steps,
    bestStep: result.bestStep,
    validationLoss: result.validationLoss,
    sha256,
    trainedTokens: result.trainedTokens,
  };
  await writeJson(join(job.outputFolder, 'training_args.json'), {
    ...config,
    objective: job.objective,
    seed: job.seed,
    result: done,
  });
  return done;
}

type EncodedSplits = { training: EncodedSplit; validation: EncodedSplit };

async function encodeSplits(job: TrainJob, signal: AbortSignal): Promise<EncodedSplits> {
  const encode = await openObjectiveEncoder(job.objective, job.base);
  const encodeFile = (name: string, file: string): Promise<EncodedSplit> =>
    encodeSplit(file, join(job.workFolder, `${name}.encoded`), encode, {
      length: job.config.sequence_length,
      signal,
    });
  const training = await encodeFile('train', job.trainFile);
  return { training, validation: await encodeFile('validation', job.validationFile) };
}

/** What a run learnt, and by which settings. */
type Learnt = { config: ResolvedTrainConfig; result: LoopResult };

/** Checks the encoded data, chooses the settings that are left open, and runs the loop. */
async function* learn(
  job: TrainJob,
  { frozen, model, training, validation }: EncodedSplits & { frozen: LanguageModel; model: LanguageModel },
  signal: AbortSignal,
): AsyncGenerator<TrainEvent, Learnt> {
  const { seed, workFolder, objective } = job;
  if (objective.type !== 'sft') checkPairs(training.counts);
  yield* warnings(checkData(training.counts, validation.counts, job.config));
  const { chosen, reasons } = chooseHyperparameters(job.config, {
    method: job.config.method,
    objective: objective.type,
    model: model.config,
    examples: training.counts.examples,
  });
  for (const message of reasons) yield { type: 'note', message };
  const config = { ...job.config, ...chosen };
  const length = rowLength([training.examples, validation.examples], config.sequence_length);
  const loopConfig = { ...config, sequence_length: length };
  yield summary(training, planBatches(training.examples, loopConfig, seed), model);
  // A new adapter switched off; one that training goes on from is part of what the model is.
  const start = job.adapter === undefined ? frozen : model;
  const reference = { model: start, config: loopConfig, workFolder, signal };
  const learnt = yield* prepareExamples(objective, 'train', training.examples, reference);
  const watched = yield* prepareExamples(objective, 'validation', validation.examples, reference);
  const result = yield* trainLoop(model, {
    plan: planBatches(learnt, loopConfig, seed),
    validation: watched,
    objective: getObjective(objective),
    config: loopConfig,
    seed,
    workFolder,
    signal,
  });
  return { config, result };
}

function* warnings(messages: readonly string[]): Generator<TrainEvent> {
  for (const message of messages) yield { type: 'warning', message };
}

/** The base's weights; in 4 bits for method qlora. */
async function* loadBase(
  { base, config, cacheFolder = modelCacheFolder(process.env) }: TrainJob,
  signal: AbortSignal,
): AsyncGenerator<TrainEvent, LanguageModel> {
  if (config.method !== 'qlora') return await loadModel(base);
  const loading = loadQuantisedBase(base, config.quantization, { cacheFolder, signal });
  for (;;) {
    const { done, value } = await loading.next();
    if (done) return value;
    yield { type: 'quantising', ...value };
  }
}

/** What the objective needs to know of the examples before the first step. */
async function* prepareExamples(
  objective: ObjectiveConfig,
  split: string,
  examples: ExampleSource,
  {
    model,
    config,
    workFolder,
    signal,
  }: { model: LanguageModel; config: ResolvedTrainConfig; workFolder: string; signal: AbortSignal },
): AsyncGenerator<TrainEvent, ExampleSource> {
  if (objective.type !== 'dpo' || examples.tokens.length === 0) return examples;
  return yield* withReference(model, examples, {
    path: join(workFolder, `${split}.reference.safetensors`),
    batchSize: config.batch_size,
    length: config.sequence_length,
    threads: config.threads,
    signal,
  });
}

function checkSequenceLength({ sequence_length: length }: TrainConfig, model: LanguageModel): void {
  const { maxPositions } = model.config;
  const prefix = model.adapter?.kind === 'prefix' ? model.adapter.config.tokens : 0;
  if (prefix + length <= maxPositions) return;
  const beside = prefix > 0 ? ` and a prefix has ${prefix}` : '';
  throw new AttuneError(
    'config',
    `train.sequence_length is ${length}${beside}, but the base model reads at most ${maxPositions} tokens`,
    { fix: `Set train.sequence_length to ${maxPositions - prefix} or less.` },
  );
}

/** What is about to be trained on. */
function summary({ counts }: EncodedSplit, plan: BatchPlan, model: LanguageModel): TrainEvent {
  return {
    type: 'preflight',
    examples: counts.examples,
    tokens: counts.tokens,
    supervisedShare: counts.supervised / counts.tokens,
    steps: plan.steps,
    trainableParameters: trainableParameters(model).reduce((total, { data }) => total + data.length, 0),
  };
}

async function save(
  { base, config, outputFolder }: TrainJob,
  model: LanguageModel,
  result: LoopResult,
): Promise<string> {
  await mkdir(outputFolder, { recursive: true });
  if (!model.adapter) return saveModel(outputFolder, result.parameters, base);
  const adapter = { ...model.adapter, parameters: result.parameters };
  return saveAdapter(outputFolder, adapter, { config: model.config, baseName: config.base });
}
