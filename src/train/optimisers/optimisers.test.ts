import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { sizeOf } from '../../graph/tensor.ts';
import type { Parameter } from '../../model/parameters.ts';
import { sharedFloats } from '../../base/shared-memory.ts';
import { signedMap, unsignedMap } from './block-codes.ts';
import { newOptimiser } from './new-optimiser.ts';
import type { Optimiser } from './new-optimiser.ts';
import type { OptimiserName } from './pieces.ts';
import { decays } from './optimiser.ts';

/** PyTorch's, bitsandbytes' and transformers' own values (made by scripts/golden/engine_optimisers.py). */
const golden = JSON.parse(
  await readFile(new URL('../../../test/golden/engine/optimisers.json', import.meta.url), 'utf8'),
) as {
  optimisers: {
    shapes: Record<string, number[]>;
    steps: number;
    learningRate: number;
    weightDecay: number;
    every: Record<string, number>;
    final: Record<OptimiserName, Record<string, number[]>>;
    maps: { signed: number[]; unsigned: number[] };
  };
  decays: Record<string, Record<string, boolean>>;
};
const reference = golden.optimisers;
const settings = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: reference.weightDecay };
const unclipped = { learningRate: reference.learningRate, maximumNorm: Infinity };

/** The script's formula. */
function number(index: number, seed: number): number {
  return ((index * 7919 + seed * 104729 + ((index * index) % 8191) * 31) % 65537) / 65537 - 0.5;
}

function newParameters(shapes: Record<string, readonly number[]>): Parameter[] {
  return Object.entries(shapes).map(([name, shape], seed) => {
    const data = sharedFloats(sizeOf(shape));
    for (let i = 0; i < data.length; i++) data[i] = number(i, seed);
    return { name, shape, data };
  });
}

function gradients(parameters: readonly Parameter[], step: number): Float32Array[] {
  const magnitudes = Float32Array.of(1, 0.1, 0.01, 0.001, 0.0001);
  return parameters.map(({ data }, p) => {
    const gradient = sharedFloats(data.length);
    for (let i = 0; i < gradient.length; i++)
      gradient[i] = Math.fround(number(i, 100 * step + p)) * magnitudes[i % 5]!;
    return gradient;
  });
}

async function run(optimiser: Optimiser, parameters: readonly Parameter[], steps: number): Promise<void> {
  for (let step = 1; step <= steps; step++) {
    const norm = await optimiser.gradientNorm(gradients(parameters, step));
    await optimiser.step(norm, { ...unclipped, step });
  }
  await optimiser.close();
}

for (const [name, final] of Object.entries(reference.final) as [OptimiserName, Record<string, number[]>][])
  test(`10 steps of ${name} equal the reference's`, async () => {
    const parameters = newParameters(reference.shapes);
    await run(newOptimiser(name, parameters, settings), parameters, reference.steps);
    for (const parameter of parameters) {
      const every = reference.every[parameter.name]!;
      const values = parameter.data.filter((_, i) => i % every === 0);
      assert.equal(values.length, final[parameter.name]!.length);
      // Where two codes are nearly as near, rounding decides: one of 256 levels in a single moment.
      const different = values.filter(
        (value, i) => Math.abs(value - final[parameter.name]![i]!) > (name === 'adamw_8bit' ? 1e-5 : 2e-6),
      );
      assert.ok(different.length <= (name === 'adamw_8bit' ? 1 : 0), `${parameter.name}: ${different}`);
    }
  });

test('the 8-bit tables are those of bitsandbytes', () => {
  for (const [map, values] of [
    [signedMap, reference.maps.signed],
    [unsignedMap, reference.maps.unsigned],
  ] as const)
    assert.deepEqual(map.values, Float32Array.from(values));
});

test('biases and norms do not decay, as in the Trainer of transformers', () => {
  for (const weights of Object.values(golden.decays))
    for (const [name, expected] of Object.entries(weights)) assert.equal(decays(name), expected, name);
  assert.ok(decays('base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight'));
});

for (const name of ['adamw', 'adamw_8bit', 'adafactor'] as const)
  test(`${name}: several threads and one give the same bytes`, async () => {
    const shapes = { 'a.weight': [1100, 1000], 'norm.weight': [1000], 'b.weight': [70_001, 3] };
    const [alone, together] = [newParameters(shapes), newParameters(shapes)];
    const [one, two] = [
      newOptimiser(name, alone, { ...settings, threads: 1 }),
      newOptimiser(name, together, { ...settings, threads: 2 }),
    ];
    await run(one, alone, 2);
    await run(two, together, 2);
    for (const [p, { data }] of alone.entries()) assert.deepEqual(together[p]!.data, data);
    for (const [s, { data }] of one.state.entries()) assert.deepEqual(two.state[s]!.data, data);
  });

test('the state of a large matrix takes 8, 2 and hardly any bytes a weight', async () => {
  const parameters = newParameters({ matrix: [1024, 1024], vector: [1024] });
  const stateBytes = async (name: OptimiserName): Promise<number> => {
    const optimiser = newOptimiser(name, parameters, settings);
    await optimiser.close();
    return optimiser.state.reduce((total, { data }) => total + data.byteLength, 0);
  };
  assert.equal(await stateBytes('adamw'), 8 * (1024 * 1024 + 1024));
  assert.equal(await stateBytes('adamw_8bit'), 2 * 1024 * 1024 + 8 * 4096 + 8 * 1024);
  assert.equal(await stateBytes('adafactor'), 4 * (1024 + 1024) + 4 * 1024);
});

test('gradients beyond the largest norm are scaled down to it together', async () => {
  const [clipped, scaled] = [newParameters(reference.shapes), newParameters(reference.shapes)];
  const [a, b] = [newOptimiser('adafactor', clipped, settings), newOptimiser('adafactor', scaled, settings)];
  const large = gradients(clipped, 1);
  const norm = await a.gradientNorm(large);
  const squares = large.reduce((sum, gradient) => sum + gradient.reduce((total, g) => total + g * g, 0), 0);
  assert.ok(Math.abs(norm / Math.sqrt(squares) - 1) < 1e-6);
  await a.step(norm, { step: 1, learningRate: 0.1, maximumNorm: 0.5 });
  for (const gradient of large) for (let i = 0; i < gradient.length; i++) gradient[i]! *= 0.5 / (norm + 1e-6);
  await b.step(await b.gradientNorm(large), { step: 1, learningRate: 0.1, maximumNorm: 1 });
  for (const [p, { data }] of clipped.entries())
    for (const [i, value] of data.entries()) assert.ok(Math.abs(scaled[p]!.data[i]! - value) < 1e-6);
});
