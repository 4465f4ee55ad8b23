import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { withNewAdapter } from '../model/adapter.ts';
import type { AdapterConfig } from '../model/adapter.ts';
import { sizeOf } from '../graph/tensor.ts';
import { loadModel } from '../model/model-folder.ts';
import { weightShapes } from '../model/config.ts';
import { plainLora } from '../../test/support/plain-lora.ts';
import type { LanguageModel } from '../model/parameters.ts';
import { sftObjective } from './objectives/sft.ts';
import { openGradientRunner } from './step.ts';
import type { Gradients } from './step.ts';

/** Gradient checkpointing changes what is kept, never what is computed. */
const golden = fileURLToPath(new URL('../../test/golden/engine/', import.meta.url));
const shape = { rows: 2, length: 16, targets: 32 };
const rows = [3, 11].map((seed) => [
  {
    id: String(seed),
    tokens: Int32Array.from({ length: 16 }, (_, i) => (seed * (i + 5)) % 48),
    supervised: new Uint8Array(16).fill(1),
  },
]);
const lora: AdapterConfig = {
  kind: 'lora',
  config: {
    ...plainLora,
    rank: 4,
    alpha: 8,
    dropout: 0.3,
    targetModules: ['q_proj', 'v_proj', 'gate_proj', 'down_proj'],
  },
};

async function gradientsOf(model: LanguageModel): Promise<Gradients> {
  const runner = await openGradientRunner(model, { objective: sftObjective, shape, seed: 5, threads: 1 });
  try {
    const { loss, metrics, gradients } = await runner.run([rows], 0);
    return { loss, metrics, gradients: gradients.map((gradient) => gradient.slice()) };
  } finally {
    await runner.close();
  }
}

for (const [name, folder, adapter] of [
  ['LoRA with dropout', 'tiny-llama', lora],
  ['every weight', 'tiny-llama', undefined],
  ['every weight, tied norms and soft caps', 'families/gemma2', undefined],
  ['a prefix', 'tiny-llama', { kind: 'prefix', config: { tokens: 3 } }],
] as const)
  test(`${name}: the same loss and gradients with and without gradient checkpointing`, async () => {
    const base = await loadModel(`${golden}${folder}`);
    const model = adapter ? withNewAdapter(base, adapter, 1) : base;
    const checkpointed = { ...model, gradientCheckpointing: true };
    const [plain, again] = [await gradientsOf(model), await gradientsOf(checkpointed)];
    assert.equal(again.loss, plain.loss);
    for (const [i, gradient] of plain.gradients.entries()) {
      const norm = Math.hypot(...gradient);
      const difference = Math.hypot(...gradient.map((value, j) => value - again.gradients[i]![j]!));
      assert.ok(difference <= 1e-6 * norm, `tensor ${i}: ${difference} of ${norm}`);
    }
  });

test('a layer more takes the memory of its input more', async () => {
  const { config } = await loadModel(`${golden}tiny-llama`);
  const peak = (layers: number): number => {
    const deep = { ...config, layers, windows: Array.from({ length: layers }, () => undefined) };
    const base = new Map(
      [...weightShapes(deep)].map(([name, shape]) => [
        name,
        { name, shape, data: new Float32Array(sizeOf(shape)) },
      ]),
    );
    const model = withNewAdapter({ config: deep, base, gradientCheckpointing: true }, lora, 1);
    return sftObjective.program(model, shape, { training: true }).memory.peakBytes;
  };
  const perLayer = (peak(24) - peak(12)) / 12;
  const input = 4 * shape.rows * shape.length * config.hiddenSize;
  // Besides, the gradients that are handed out at the end.
  assert.ok(perLayer < 2 * input, `${perLayer} bytes a layer, its input has ${input}`);
});
