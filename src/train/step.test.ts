import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadModel } from '../model/model-folder.ts';
import { planPasses, rowLength, rowsOfPass, sizesOf } from '../model/packing.ts';
import type { Row } from '../model/packing.ts';
import { trainableParameters } from '../model/parameters.ts';
import type { EncodedExample } from '../text/encoded-example.ts';
import { layPair } from '../text/encode-pairs.ts';
import { curves, encode, tinyLlama } from '../../test/support/tiny-training.ts';
import type { ObjectiveConfig } from './objective.ts';
import { getObjective } from './objectives/get-objective.ts';
import { openGradientRunner } from './step.ts';

/** Texts of many lengths, so that micro-batches differ in their numbers of tokens and pairs. */
const texts = curves.batches.slice(0, 2).flatMap((batch, b) => encode(batch, `${b}`));
const conversations = texts.map(({ id, tokens, supervised }, i) => ({
  id,
  tokens: tokens.slice(0, 32 - 3 * i),
  supervised: supervised.slice(0, 32 - 3 * i),
}));
const pairs = texts.map(({ id, tokens }, i): EncodedExample => {
  const ids = [...tokens];
  const prompt = ids.slice(0, 5);
  const pair = layPair(prompt, ids.slice(0, 12 + i), [...prompt, ...ids.slice(12, 24 - i)]);
  return { id, ...pair, reference: [-20 - i, -18 + i] };
});
const cases: [ObjectiveConfig, EncodedExample[]][] = [
  [{ type: 'sft', supervise: 'assistant' }, conversations],
  [{ type: 'dpo', loss: 'sigmoid', beta: 0.1, labelSmoothing: 0.1 }, pairs],
  [{ type: 'dpo', loss: 'ipo', beta: 0.1, labelSmoothing: 0 }, pairs],
  [
    { type: 'orpo', beta: 0.1 },
    pairs.map((pair) => ({ ...pair, supervised: new Uint8Array(pair.tokens.length).fill(1) })),
  ],
];

for (const [config, examples] of cases)
  test(`${Object.values(config).join(' ')}: passes of different sizes add up to the large batch`, async () => {
    const model = await loadModel(tinyLlama);
    const sizes = sizesOf(examples);
    const plan = planPasses(sizes, examples.length, rowLength([sizes], 64));
    const rows: Row[] = rowsOfPass(plan.rows, 0, examples.length).map((row) =>
      [...row].map((i) => examples[i]!),
    );
    assert.ok(plan.passes === 1 && rows.length >= 3);
    const runner = await openGradientRunner(model, {
      objective: getObjective(config),
      shape: plan.shape,
      seed: 1,
      threads: 1,
    });
    const whole = await runner.run([rows], 0);
    const gradients = whole.gradients.map((gradient) => gradient.slice());
    const parts = await runner.run([rows.slice(0, 1), rows.slice(1)], 0);
    await runner.close();
    assert.ok(Math.abs(parts.loss / whole.loss - 1) < 1e-5, `${parts.loss} and ${whole.loss}`);
    assert.deepEqual(Object.keys(parts.metrics), Object.keys(whole.metrics));
    for (const [name, value] of Object.entries(whole.metrics))
      assert.ok(Math.abs(parts.metrics[name]! - value) < 1e-4, name);
    for (const [p, { name }] of trainableParameters(model).entries()) {
      const typical = Math.hypot(...gradients[p]!) / Math.sqrt(gradients[p]!.length);
      for (const [i, value] of gradients[p]!.entries())
        assert.ok(Math.abs(parts.gradients[p]![i]! - value) < 1e-3 * typical, `${name}: element ${i}`);
    }
  });
