/** Small training runs on the golden tiny Llama, for the tests of the loop. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AttuneError } from '../../src/base/errors.ts';
import { withNewAdapter } from '../../src/model/adapter.ts';
import { loadModel } from '../../src/model/model-folder.ts';
import { plainLora } from './plain-lora.ts';
import { supervisedInRows } from '../../src/model/packing.ts';
import type { LanguageModel } from '../../src/model/parameters.ts';
import type { EncodedExample } from '../../src/text/encoded-example.ts';
import { planBatches } from '../../src/train/batches.ts';
import type { BatchPlan } from '../../src/train/batches.ts';
import { trainConfig } from '../../src/train/config.ts';
import type { ResolvedTrainConfig, TrainConfig } from '../../src/train/config.ts';
import type { TrainEvent } from '../../src/train/engine.ts';
import { inMemory } from '../../src/train/example-source.ts';
import { trainLoop } from '../../src/train/loop.ts';
import type { LoopResult } from '../../src/train/loop.ts';
import { sftObjective } from '../../src/train/objectives/sft.ts';

export const golden = fileURLToPath(new URL('../golden/engine/', import.meta.url));
export const tinyLlama = join(golden, 'tiny-llama');

export type Batch = { tokens: number[][]; supervised: number[][] };
export type Curve = {
  steps: number;
  peakLearningRate: number;
  maxGradientNorm: number;
  loss: number[];
  gradientNorm: number[];
  learningRate: number[];
  finalNorms: Record<string, number>;
};
export const curves = JSON.parse(await readFile(join(golden, 'lora-curve.json'), 'utf8')) as {
  batches: Batch[];
  lora: Curve;
  full: Curve;
  accumulation: Curve & { microBatches: number };
};

export function encode({ tokens, supervised }: Batch, name = 'example'): EncodedExample[] {
  return tokens.map((row, r) => ({
    id: `${name}.${r}`,
    tokens: Int32Array.from(row),
    supervised: Uint8Array.from(supervised[r]!),
  }));
}

/** One example a row, `passes` forward passes a step. */
export function fixedPlan(batches: readonly Batch[], passes: number): BatchPlan {
  const steps = batches.map((batch, b) => {
    const rows = encode(batch, `batch${b}`).map((example) => [example]);
    const size = rows.length / passes;
    return Array.from({ length: passes }, (_, pass) => rows.slice(pass * size, (pass + 1) * size));
  });
  const targets = Math.max(...steps.flat().map(supervisedInRows));
  const shape = { rows: steps[0]![0]!.length, length: batches[0]!.tokens[0]!.length, targets };
  return { steps: steps.length, readStep: async (step) => steps[step]!, shape };
}

export type Settings = {
  plan: BatchPlan;
  config: Partial<TrainConfig>;
  validation?: EncodedExample[];
  signal?: AbortSignal;
};

export function withDefaults(config: Partial<TrainConfig>): ResolvedTrainConfig {
  const settings = trainConfig.parse({ weight_decay: 0.01, threads: 1, ...config });
  return { epochs: 1, learning_rate: 1e-3, ...settings };
}

type Outcome = { events: TrainEvent[]; result: LoopResult };

/** Runs the loop to its end, in `workFolder` or one of its own. */
export async function run(
  model: LanguageModel,
  { plan, config, validation = [], signal = new AbortController().signal }: Settings,
  workFolder?: string,
): Promise<Outcome> {
  const folder = workFolder ?? (await mkdtemp(join(tmpdir(), 'attune-loop-')));
  try {
    const training = startLoop(model, { plan, config, validation, signal }, folder);
    const events: TrainEvent[] = [];
    for (let next = await training.next(); ; next = await training.next()) {
      if (next.done) return { events, result: next.value };
      events.push(next.value);
    }
  } finally {
    if (!workFolder) await rm(folder, { recursive: true });
  }
}

export function startLoop(
  model: LanguageModel,
  { plan, config, validation = [], signal = new AbortController().signal }: Settings,
  workFolder: string,
): AsyncGenerator<TrainEvent, LoopResult> {
  return trainLoop(model, {
    plan,
    validation: inMemory(validation),
    objective: sftObjective,
    config: withDefaults(config),
    seed: 1,
    workFolder,
    signal,
  });
}

/** Runs in `folder`, stopped by the signal after every step, until it is done. Returns the result and how often it was stopped. */
export async function runWithStops(
  model: LanguageModel,
  settings: Settings,
  folder: string,
): Promise<{ result: LoopResult; stops: number }> {
  for (let stops = 0; ; stops++) {
    const controller = new AbortController();
    const training = startLoop(model, { ...settings, signal: controller.signal }, folder);
    try {
      for (let next = await training.next(); ; next = await training.next()) {
        if (next.done) return { result: next.value, stops };
        if (next.value.type === 'step') controller.abort();
      }
    } catch (error) {
      if (!(error instanceof AttuneError && error.code === 'interrupted')) throw error;
    }
  }
}

/** A run with everything on: dropout, accumulation, evaluation, checkpoints. */
export async function everythingOn(): Promise<{ model: LanguageModel; settings: Settings }> {
  const base = await loadModel(tinyLlama);
  const targetModules = ['q_proj', 'v_proj', 'down_proj'];
  const lora = { ...plainLora, rank: 4, alpha: 8, dropout: 0.1, targetModules };
  const model = withNewAdapter(base, { kind: 'lora', config: lora }, 5);
  const examples = curves.batches.flatMap((batch, b) => encode(batch, `train${b}`));
  const config = {
    sequence_length: 64,
    batch_size: 2,
    gradient_accumulation: 2,
    epochs: 1.2,
    learning_rate: 0.01,
    evaluate_every: 3,
    checkpoint_every: 2,
    threads: 1,
  };
  const plan = planBatches(inMemory(examples.slice(8)), withDefaults(config), 3);
  return { model, settings: { plan, config, validation: examples.slice(0, 8) } };
}
