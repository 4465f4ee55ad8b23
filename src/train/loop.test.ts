import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadModel } from '../model/model-folder.ts';
import { scoreExamples } from '../model/score-examples.ts';
import { curves, everythingOn, fixedPlan, golden, run, tinyLlama } from '../../test/support/tiny-training.ts';
import type { Curve } from '../../test/support/tiny-training.ts';
import type { TrainConfig } from './config.ts';
import type { TrainEvent } from './engine.ts';

/** The whole loop against PyTorch + PEFT on a tiny Llama (golden values made by scripts/golden/engine.py). */
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

test('dropout changes the losses, and the same seed draws the same masks', async () => {
  const { model, settings } = await everythingOn();
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
  const { model, settings } = await everythingOn();
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

test('memory is told before the first step, the time after the second, and at the end what came of both', async () => {
  const { model, settings } = await everythingOn();
  const { events } = await run(model, settings);
  const told = events.filter(({ type }) => ['memory', 'step', 'forecast', 'outcome'].includes(type));
  assert.deepEqual(
    told.slice(0, 4).map(({ type }) => type),
    ['memory', 'step', 'step', 'forecast'],
  );
  const outcome = events.at(-1)!;
  assert.ok(outcome.type === 'outcome');
  const { seconds, memoryBytes, forecast } = outcome;
  for (const value of [seconds, memoryBytes, forecast.seconds, forecast.memoryBytes]) assert.ok(value > 0);
});
