import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadModel } from '../model/model-folder.ts';
import { embeddingNoiseName, trainableParameters } from '../model/parameters.ts';
import { openSession } from '../runtime/session.ts';
import { encode, golden, tinyLlama } from '../../test/support/tiny-training.ts';
import { embeddingNoise } from './random-draws.ts';
import { gradientName } from './objective.ts';
import { sftObjective } from './objectives/sft.ts';

const reference = JSON.parse(await readFile(join(golden, 'neftune.json'), 'utf8')) as {
  examples: { tokens: number[]; supervised: number[] }[];
  loss: number;
  gradientNorms: Record<string, number>;
};
const examples = reference.examples.map(
  ({ tokens, supervised }) => encode({ tokens: [tokens], supervised: [supervised] })[0]!,
);

test('noise on the embeddings gives the loss and gradients of PyTorch', async () => {
  const model = { ...(await loadModel(tinyLlama)), neftuneAlpha: 1 };
  const shape = { rows: 1, length: 32, targets: 32 };
  const width = model.config.hiddenSize;
  const noise = new Float32Array(shape.length * width);
  // The script's formula, for each example from its own start.
  for (const [seed, { tokens }] of examples.entries())
    for (let i = 0; i < tokens.length * width; i++)
      noise[(seed === 0 ? 0 : examples[0]!.tokens.length * width) + i] =
        ((i * 7919 + seed * 104729 + ((i * i) % 8191) * 31) % 65537) / 65537 - 0.5;
  const session = await openSession(sftObjective.program(model, shape, { training: true }), 1);
  const { feeds } = sftObjective.pass([examples], shape, sftObjective.counts([examples]));
  const parameters = trainableParameters(model);
  const trainable = Object.fromEntries(parameters.map(({ name, data }) => [name, data]));
  const outputs = await session.run({ ...feeds, ...trainable, [embeddingNoiseName]: noise });
  assert.ok(Math.abs(outputs['loss']![0]! / reference.loss - 1) < 1e-5);
  for (const [name, expected] of Object.entries(reference.gradientNorms)) {
    const norm = Math.hypot(...outputs[gradientName(name)]!);
    assert.ok(Math.abs(norm / expected - 1) < 1e-4, `${name}: ${norm}, PyTorch has ${expected}`);
  }
  await session.close();
});

test("each example's noise is uniform in ±alpha / √(its tokens · width); padding has none; a step draws the same again", async () => {
  const model = { ...(await loadModel(tinyLlama)), neftuneAlpha: 5 };
  const shape = { rows: 2, length: 40, targets: 64 };
  const width = model.config.hiddenSize;
  const draw = (step: string): Float32Array =>
    embeddingNoise(model, [examples, [examples[1]!]], shape, 3, step)[embeddingNoiseName] as Float32Array;
  const noise = draw('7.0');
  const parts = [
    [0, 20, 20],
    [20, 31, 11],
    [40, 51, 11],
  ];
  for (const [start, end, tokens] of parts as [number, number, number][]) {
    const bound = 5 / Math.sqrt(tokens * width);
    const part = noise.subarray(start * width, end * width);
    const variance = part.reduce((sum, value) => sum + value * value, 0) / part.length;
    assert.ok(part.every((value) => Math.abs(value) <= bound));
    assert.ok(Math.abs(variance / (bound ** 2 / 3) - 1) < 0.15, `variance ${variance}`);
  }
  assert.ok(noise.subarray(31 * width, 40 * width).every((value) => value === 0));
  assert.deepEqual(draw('7.0'), noise);
  assert.notDeepEqual(draw('8.0'), noise);
});
