/**
 * Every family with every method and every objective: the gradient that a step goes by is the slope of the loss that it
 * reports, found by moving along it. The single parts are compared with other programs elsewhere; this is about their
 * meeting.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '../base/random.ts';
import { withNewAdapter } from '../model/adapter.ts';
import { loadModel } from '../model/model-folder.ts';
import { plainLora } from '../../test/support/plain-lora.ts';
import { trainableParameters } from '../model/parameters.ts';
import type { LanguageModel } from '../model/parameters.ts';
import { loadQuantisedBase } from '../model/quantised-base.ts';
import type { EncodedExample } from '../text/encoded-example.ts';
import { layPair } from '../text/encode-pairs.ts';
import { planBatches } from './batches.ts';
import { inMemory } from './example-source.ts';
import type { ObjectiveConfig } from './objective.ts';
import { getObjective } from './objectives/get-objective.ts';
import { openGradientRunner } from './step.ts';

const families = fileURLToPath(new URL('../../test/golden/engine/families/', import.meta.url));
const random = seededRandom(11, 'tokens');
const tokens = (count: number): number[] => Array.from({ length: count }, () => random.integer(40));

const conversation: EncodedExample = {
  id: 'conversation',
  tokens: Int32Array.from(tokens(20)),
  supervised: Uint8Array.from({ length: 20 }, (_, i) => Number(i % 5 > 1)),
};
const prompt = tokens(8);
const pair: EncodedExample = {
  id: 'pair',
  ...layPair(prompt, [...prompt, ...tokens(6)], [...prompt, ...tokens(5)]),
  reference: [-20, -22],
};

const objectives: Record<string, { config: ObjectiveConfig; example: EncodedExample }> = {
  sft: { config: { type: 'sft', supervise: 'assistant' }, example: conversation },
  dpo: { config: { type: 'dpo', loss: 'sigmoid', beta: 0.1, labelSmoothing: 0 }, example: pair },
  orpo: { config: { type: 'orpo', beta: 0.1 }, example: pair },
};

let cacheFolder: string;
before(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), 'attune-combinations-'));
});
after(() => rm(cacheFolder, { recursive: true }));

const lora = {
  kind: 'lora',
  config: {
    ...plainLora,
    rank: 4,
    alpha: 8,
    dropout: 0,
    targetModules: ['q_proj', 'v_proj', 'up_proj', 'down_proj'],
  },
} as const;

const methods: Record<string, (folder: string) => Promise<LanguageModel>> = {
  full: (folder) => loadModel(folder),
  lora: async (folder) => withNewAdapter(await loadModel(folder), lora, 3),
  prefix: async (folder) =>
    withNewAdapter(await loadModel(folder), { kind: 'prefix', config: { tokens: 3 } }, 3),
  qlora: async (folder) => {
    const signal = new AbortController().signal;
    const loading = loadQuantisedBase(folder, { type: 'nf4', double: true }, { cacheFolder, signal });
    for (;;) {
      const { done, value } = await loading.next();
      if (done) return withNewAdapter(value, lora, 3);
    }
  },
};

for (const family of ['llama-3.2', 'mistral', 'qwen2', 'qwen3', 'gemma2'])
  for (const [method, load] of Object.entries(methods))
    test(`${family}, ${method}: the gradient of SFT, DPO and ORPO is the slope of the loss`, async () => {
      const model = await load(join(families, family));
      // An adapter that changes nothing has no slope in half of its parts.
      const shift = seededRandom(5, 'shift');
      for (const { name, data } of trainableParameters(model))
        if (name.includes('lora_B')) for (let i = 0; i < data.length; i++) data[i]! += 0.05 * shift.normal();
      for (const [name, { config, example }] of Object.entries(objectives)) {
        const [slope, norm] = await slopeAlongGradient(model, example, config);
        assert.ok(norm > 1e-3, `${name}: gradient of norm ${norm}`);
        assert.ok(Math.abs(slope / norm - 1) < 0.02, `${name}: slope ${slope}, gradient of norm ${norm}`);
      }
    });

/** The slope of the loss along its gradient, by the difference of two losses, and the gradient's norm, which it should be. */
async function slopeAlongGradient(
  model: LanguageModel,
  example: EncodedExample,
  config: ObjectiveConfig,
): Promise<[slope: number, norm: number]> {
  const batch = {
    sequence_length: example.tokens.length,
    batch_size: 1,
    gradient_accumulation: 1,
    epochs: 1,
  };
  const { shape, readStep } = planBatches(inMemory([example]), batch, 1);
  const passes = await readStep(0);
  const objective = getObjective(config);
  const runner = await openGradientRunner(model, { objective, shape, seed: 1, threads: 1 });
  try {
    const parameters = trainableParameters(model);
    const start = parameters.map(({ data }) => data.slice());
    const gradients = (await runner.run(passes, 0)).gradients.map((gradient) => gradient.slice());
    const norm = Math.sqrt(gradients.flatMap((g) => [...g]).reduce((sum, x) => sum + x * x, 0));
    // Far enough for float32 to tell the losses apart, near enough for the loss to be straight.
    const distance = Math.min(0.01 / norm, 0.05);
    const lossAt = async (way: number): Promise<number> => {
      for (const [p, { data }] of parameters.entries())
        for (let i = 0; i < data.length; i++) data[i] = start[p]![i]! + (way * gradients[p]![i]!) / norm;
      return (await runner.run(passes, 0)).loss;
    };
    const difference = (await lossAt(distance)) - (await lossAt(-distance));
    for (const [p, { data }] of parameters.entries()) data.set(start[p]!);
    return [difference / (2 * distance), norm];
  } finally {
    await runner.close();
  }
}
