/** The embedded engine: trains on this machine's CPU with ONNX Runtime, no Python. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { writeJson } from '../../base/files.ts';
import { readExamples } from '../../data/read-examples.ts';
import { loadModel, saveAdapter, saveModel } from '../../model/checkpoint.ts';
import { newAdapter } from '../../model/lora.ts';
import { supervisedCount } from '../../model/packing.ts';
import { trainableParameters } from '../../model/parameters.ts';
import type { LanguageModel } from '../../model/parameters.ts';
import type { EncodedExample } from '../../text/encoded.ts';
import { cutTo, openEncoder } from '../../text/encoder.ts';
import type { Encoder } from '../../text/encoder.ts';
import { planBatches } from '../batches.ts';
import type { BatchPlan } from '../batches.ts';
import type { TrainConfig } from '../config.ts';
import type { Engine, TrainEvent, TrainJob, TrainResult } from '../engine.ts';
import { writeExampleFile } from '../example-file.ts';
import type { ExampleFile } from '../example-file.ts';
import { trainLoop } from '../loop.ts';
import type { LoopResult } from '../loop.ts';
import type { ObjectiveConfig } from '../objective.ts';
import { sftObjective } from '../objectives/sft.ts';

export const embeddedEngine: Engine = { name: 'embedded', train };

async function* train(job: TrainJob, signal: AbortSignal): AsyncGenerator<TrainEvent, TrainResult> {
  const { base, config, seed, workFolder, outputFolder } = job;
  const model = withNewAdapter(await loadModel(base), config, seed);
  checkSequenceLength(config, model);
  const encode = supervising(job.objective, await openEncoder(base));
  const encodeSplit = (name: string, file: string): Promise<EncodedSplit> =>
    encodeFile(file, join(workFolder, `${name}.encoded`), encode, config.sequence_length);
  const training = await encodeSplit('train', job.trainFile);
  const validation = await encodeSplit('validation', job.validationFile);
  let result: LoopResult;
  try {
    const plan = planBatches(training.examples, config, seed);
    yield preflight(training, plan, model);
    result = yield* trainLoop(model, {
      plan,
      validation: validation.examples,
      objective: sftObjective,
      config,
      seed,
      workFolder,
      signal,
    });
  } finally {
    await training.examples.close();
    await validation.examples.close();
  }
  const sha256 = await save(job, model, result);
  const summary = {
    method: config.method,
    steps: result.steps,
    bestStep: result.bestStep,
    validationLoss: result.validationLoss,
    sha256,
    trainedTokens: result.trainedTokens,
  };
  await writeJson(join(outputFolder, 'training_args.json'), { ...config, seed, result: summary });
  return summary;
}

function withNewAdapter(base: LanguageModel, config: TrainConfig, seed: number): LanguageModel {
  if (config.method === 'full') return base;
  const { rank, alpha, dropout, target_modules: targetModules } = config.lora;
  const lora = { rank, alpha, dropout, targetModules };
  return { ...base, adapter: { config: lora, parameters: newAdapter(base.config, lora, seed) } };
}

/** Marks the tokens that the objective learns. */
function supervising({ supervise }: ObjectiveConfig, encode: Encoder): Encoder {
  if (supervise === 'assistant') return encode;
  return (example) => {
    const encoded = encode(example);
    return { ...encoded, supervised: encoded.supervised.fill(1) };
  };
}

function checkSequenceLength({ sequence_length: length }: TrainConfig, { config }: LanguageModel): void {
  if (length > config.maxPositions)
    throw new AttuneError(
      'config',
      `train.sequence_length is ${length}, but the base model reads at most ${config.maxPositions} tokens`,
      { fix: `Set train.sequence_length to ${config.maxPositions} or less.` },
    );
}

type EncodedSplit = { examples: ExampleFile; truncated: number; dropped: number };

/**
 * Encodes every example into the file `into`; longer ones are cut to `length` tokens, and dropped when no supervised
 * token is left.
 */
async function encodeFile(
  path: string,
  into: string,
  encode: Encoder,
  length: number,
): Promise<EncodedSplit> {
  const counts = { truncated: 0, dropped: 0 };
  async function* encoded(): AsyncGenerator<EncodedExample> {
    for await (const example of readExamples(path)) {
      const whole = encode(example);
      const cut = cutTo(whole, length);
      if (cut.tokens.length < whole.tokens.length) counts.truncated++;
      if (supervisedCount(cut) === 0) counts.dropped++;
      else yield cut;
    }
  }
  return { examples: await writeExampleFile(into, encoded()), ...counts };
}

/** What is about to be trained on. Throws AttuneError 'training' when nothing would be learnt. */
function preflight(training: EncodedSplit, plan: BatchPlan, model: LanguageModel): TrainEvent {
  const { examples, truncated, dropped } = training;
  if (examples.tokens.length === 0)
    throw new AttuneError('training', `none of the ${dropped} training examples has a token to learn from`, {
      fix: 'Examples need assistant turns (not marked trained: false) within train.sequence_length tokens.',
    });
  const tokens = examples.tokens.reduce((total, count) => total + count, 0);
  const supervised = examples.supervised.reduce((total, count) => total + count, 0);
  return {
    type: 'preflight',
    examples: examples.tokens.length,
    tokens,
    supervisedShare: supervised / tokens,
    truncated,
    dropped,
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
  return saveAdapter(
    outputFolder,
    { config: model.adapter.config, parameters: result.parameters },
    config.base,
  );
}
