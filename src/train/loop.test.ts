import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { AttuneError } from '../base/errors.ts';
import { loadModel } from '../model/checkpoint.ts';
import { withNewAdapter } from '../model/adapter.ts';
import { plainLora } from '../model/lora.ts';
import { supervisedInRows } from '../model/packing.ts';
import type { LanguageModel } from '../model/parameters.ts';
import { scoreExamples } from '../model/score.ts';
import type { EncodedExample } from '../text/encoded.ts';
import { planBatches } from './batches.ts';
import type { BatchPlan } from './batches.ts';
import { trainConfig } from './config.ts';
import type { ResolvedTrainConfig, TrainConfig } from './config.ts';
import type { TrainEvent } from './engine.ts';
import { inMemory } from './example-source.ts';
import { trainLoop } from './loop.ts';
import type { LoopResult } from './loop.ts';
import { sftObjective } from './objectives/sft.ts';

/** The whole loop against PyTorch + PEFT on a tiny Llama (golden values made by scripts/golden/engine.py). */
const golden = fileURLToPath(new URL('../../test/golden/engine/', import.meta.url));
const tinyLlama = join(golden, 'tiny-llama');
type Batch = { tokens: number[][]; supervised: number[][] };
type Curve = {
  steps: number;
  peakLearningRate: number;
  maxGradientNorm: number;
  loss: number[];
  gradientNorm: number[];
  learningRate: number[];
  finalNorms: Record<string, number>;
};
const curves = JSON.parse(await readFile(join(golden, 'lora-curve.json'), 'utf8')) as {
  batches: Batch[];
  lora: Curve;
  full: Curve;
  accumulation: Curve & { microBatches: number };
};

function encode({ tokens, supervised }: Batch, name = 'example'): EncodedExample[] {
  return tokens.map((row, r) => ({
    id: `${name}.${r}`,
    tokens: Int32Array.from(row),
    supervised: Uint8Array.from(supervised[r]!),
  }));
}

/** One example a row, `passes` forward passes a step. */
function fixedPlan(batches: readonly Batch[], passes: number): BatchPlan {
  const steps = batches.map((batch, b) => {
    const rows = encode(batch, `batch${b}`).map((example) => [example]);
    const size = rows.length / passes;
    return Array.from({ length: passes }, (_, pass) => rows.slice(pass * size, (pass + 1) * size));
  });
  const targets = Math.max(...steps.flat().map(supervisedInRows));
  const shape = { rows: steps[0]![0]!.length, length: batches[0]!.tokens[0]!.length, targets };
  return { steps: steps.length, readStep: async (step) => steps[step]!, shape };
}

type Settings = {
  plan: BatchPlan;
  config: Partial<TrainConfig>;
  validation?: EncodedExample[];
  signal?: AbortSignal;
};

function withDefaults(config: Partial<TrainConfig>): ResolvedTrainConfig {
  const settings = trainConfig.parse({ weight_decay: 0.01, threads: 1, ...config });
  return { epochs: 1, learning_rate: 1e-3, ...settings };
}

async function run(
  model: LanguageModel,
  { plan, config, validation = [], signal = new AbortController().signal }: Settings,
  workFolder?: string,
): Promise<{ events: TrainEvent[]; result: LoopResult }> {
  const folder = workFolder ?? (await mkdtemp(join(tmpdir(), 'attune-loop-')));
  try {
    const settings = withDefaults(config);
    const training = trainLoop(model, {
      plan,
      validation: inMemory(validation),
      objective: sftObjective,
      config: settings,
      seed: 1,
      workFolder: folder,
      signal,
    });
    const events: TrainEvent[] = [];
    for (let next = await training.next(); ; next = await training.next()) {
      if (next.done) return { events, result: next.value };
      events.push(next.value);
    }
  } finally {
    if (!workFolder) await rm(folder, { recursive: true });
  }
}

function assertCurve(events: readonly TrainEvent[], curve: Curve): void {
  const steps = events.filter((event) => event.type === 'step');
  assert.equal(steps.length, curve.steps);
  for (const [i, step] of steps.entries())
    for (const [key, expected] of [
      ['loss', curve.loss[i]!],
      ['gradientNorm', curve.gradientNorm[i]!],
      ['learningRate', curve.learningRate[i]!],
    ] as const)
      assert.ok(
        Math.abs(step[key] - expected) <= 1e-4 * expected + 1e-12,
        `step ${i + 1}: ${key} is ${step[key]}, PyTorch has ${expected}`,
      );
}

function norm(data: Float32Array): number {
  return Math.sqrt(data.reduce((sum, value) => sum + value * value, 0));
}

function settingsOf({ peakLearningRate, maxGradientNorm, steps }: Curve): Partial<TrainConfig> {
  return { learning_rate: peakLearningRate, max_gradient_norm: maxGradientNorm, warmup_ratio: 2 / steps };
}

test('20 LoRA steps follow PyTorch + PEFT within 1e-4', async () => {
  const model = await loadModel(tinyLlama, join(golden, 'lora-start'));
  const plan = fixedPlan(curves.batches, 1);
  const { events, result } = await run(model, { plan, config: settingsOf(curves.lora) });
  assertCurve(events, curves.lora);
  for (const { name, data } of result.parameters) {
    const expected = curves.lora.finalNorms[name]!;
    assert.ok(
      Math.abs(norm(data) - expected) <= 1e-4 * expected,
      `${name}: norm ${norm(data)}, PEFT has ${expected}`,
    );
  }
});

test('10 steps of full training follow PyTorch within 1e-4', async () => {
  const model = await loadModel(tinyLlama);
  const plan = fixedPlan(curves.batches.slice(0, curves.full.steps), 1);
  const { events, result } = await run(model, { plan, config: settingsOf(curves.full) });
  assertCurve(events, curves.full);
  assert.deepEqual(
    new Set(result.parameters.map(({ name }) => name)),
    new Set(Object.keys(curves.full.finalNorms)),
  );
  for (const { name, data } of result.parameters)
    assert.ok(
      Math.abs(norm(data) / curves.full.finalNorms[name]! - 1) <= 1e-4,
      `${name}: norm ${norm(data)}`,
    );
});

test('gradient accumulation equals the large batch', async () => {
  const model = await loadModel(tinyLlama, join(golden, 'lora-start'));
  const batches = curves.batches.slice(0, curves.accumulation.steps);
  const plan = fixedPlan(batches, curves.accumulation.microBatches);
  const { events } = await run(model, { plan, config: settingsOf(curves.accumulation) });
  assertCurve(events, curves.accumulation);
});

test('packing changes no result: several short examples in a row score as they do alone', async () => {
  const model = await loadModel(tinyLlama);
  const examples = curves.batches.slice(0, 3).flatMap(({ tokens, supervised }, b) =>
    tokens.map((row, r) => ({
      id: `${b}.${r}`,
      tokens: Int32Array.from(row.slice(0, 5 + 3 * r + b)),
      supervised: Uint8Array.from(supervised[r]!.slice(0, 5 + 3 * r + b)),
    })),
  );
  const together = await scoreExamples(model, examples);
  for (const [i, example] of examples.entries()) {
    const [alone] = await scoreExamples(model, [example]);
    for (const [t, value] of alone!.logProbabilities.entries())
      assert.ok(Math.abs(together[i]!.logProbabilities[t]! - value) < 2e-5);
  }
});

/** A run with everything on: dropout, accumulation, evaluation, checkpoints. */
async function fullSettings(): Promise<{ model: LanguageModel; settings: Settings }> {
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

test('a run stopped after every step ends in the same bytes as an undisturbed one', async () => {
  const { model, settings } = await fullSettings();
  const undisturbed = await run(model, settings);
  assert.ok(undisturbed.result.steps >= 10);
  const folder = await mkdtemp(join(tmpdir(), 'attune-resume-'));
  let stops = 0;
  let result: LoopResult | undefined;
  while (!result) {
    const controller = new AbortController();
    const config = withDefaults(settings.config);
    const training = trainLoop(model, {
      plan: settings.plan,
      validation: inMemory(settings.validation!),
      objective: sftObjective,
      config,
      seed: 1,
      workFolder: folder,
      signal: controller.signal,
    });
    try {
      for (let next = await training.next(); ; next = await training.next()) {
        if (next.done) {
          result = next.value;
          break;
        }
        if (next.value.type === 'step') controller.abort();
      }
    } catch (error) {
      assert.ok(error instanceof AttuneError && error.code === 'interrupted', String(error));
      stops++;
    }
  }
  await rm(folder, { recursive: true });
  assert.ok(stops >= undisturbed.result.steps - 1);
  assert.equal(result.bestStep, undisturbed.result.bestStep);
  assert.equal(result.validationLoss, undisturbed.result.validationLoss);
  for (const [p, { data }] of result.parameters.entries())
    assert.deepEqual(data, undisturbed.result.parameters[p]!.data);
});

test('dropout changes the losses, and the same seed draws the same masks', async () => {
  const { model, settings } = await fullSettings();
  const losses = ({ events }: { events: TrainEvent[] }): number[] =>
    events.flatMap((event) => (event.type === 'step' ? [event.loss] : []));
  const [first, second] = [losses(await run(model, settings)), losses(await run(model, settings))];
  assert.deepEqual(first, second);
  assert.equal(model.adapter?.kind, 'lora');
  const { adapter } = model;
  const without = { ...model, adapter: { ...adapter, config: { ...adapter.config, dropout: 0 } } };
  // B starts at zero, so that dropout cannot show in the first step's loss.
  assert.notEqual(losses(await run(without, settings))[2], first[2]);
});

/** Far too fast to learn: the validation loss soon rises. */
const stoppingEarly = {
  learning_rate: 2,
  schedule: 'constant',
  evaluate_every: 1,
  early_stopping: 2,
} as const;

test('early stopping keeps the best parameters', async () => {
  const { model, settings } = await fullSettings();
  const config = { ...settings.config, ...stoppingEarly };
  const { events, result } = await run(model, { ...settings, config });
  const evaluations = events.filter((event) => event.type === 'evaluation');
  const best = evaluations.reduce((a, b) => (b.loss < a.loss ? b : a));
  assert.ok(events.some(({ type }) => type === 'early-stop'));
  assert.equal(result.bestStep, best.step);
  assert.ok(result.steps < settings.plan.steps);
  const tuned = { ...model, adapter: { ...model.adapter!, parameters: result.parameters } };
  const scores = await scoreExamples(tuned, settings.validation!);
  const all = scores.flatMap(({ logProbabilities }) => [...logProbabilities]);
  assert.ok(Math.abs(-all.reduce((a, b) => a + b, 0) / all.length - best.loss) < 1e-5);
});

test('a run killed after it stopped early stops at the same step when it is run again', async () => {
  const { model, settings } = await fullSettings();
  const config = { ...settings.config, ...stoppingEarly };
  const folder = await mkdtemp(join(tmpdir(), 'attune-early-'));
  const first = await run(model, { ...settings, config }, folder);
  const again = await run(model, { ...settings, config }, folder);
  await rm(folder, { recursive: true });
  assert.ok(first.result.steps < settings.plan.steps);
  assert.deepEqual(
    again.events.map(({ type }) => type),
    ['resumed', 'early-stop'],
  );
  assert.deepEqual(again.result, first.result);
});

test('parameters broken by the last step are not kept', async () => {
  const { model, settings } = await fullSettings();
  const config = { ...settings.config, learning_rate: 1e30, warmup_ratio: 0 };
  const plan = { ...settings.plan, steps: 1 };
  await assert.rejects(run(model, { ...settings, plan, config }), (error: AttuneError) => {
    assert.equal(error.code, 'training');
    assert.match(error.message, /the validation loss became NaN at step 1; its batch held train/);
    return true;
  });
});

test('a loss that is not finite stops the run and names the examples of its batch', async () => {
  const { model, settings } = await fullSettings();
  const config = { ...settings.config, learning_rate: 1e30, warmup_ratio: 0 };
  await assert.rejects(run(model, { ...settings, config }), (error: AttuneError) => {
    assert.equal(error.code, 'training');
    assert.match(error.message, /the loss became NaN at step \d+; its batch held train\d+\.\d+/);
    return true;
  });
});
