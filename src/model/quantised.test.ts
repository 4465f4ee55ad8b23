import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openSafetensors } from '../formats/safetensors-reader.ts';
import { openSession } from '../runtime/session.ts';
import type { EncodedExample } from '../text/encoded-example.ts';
import { gradientName } from '../train/objective.ts';
import { sftObjective } from '../train/objectives/sft.ts';
import { loadAdapter, loadModel } from './model-folder.ts';
import { mergedParameters } from './merge.ts';
import { trainableParameters } from './parameters.ts';
import type { LanguageModel } from './parameters.ts';
import { loadQuantisedBase } from './quantised-base.ts';
import { floatParameter } from './quantised.ts';
import type { Quantisation } from './quantised.ts';
import { scoreExamples } from './score-examples.ts';

/**
 * A tiny Llama that transformers and bitsandbytes quantised as they loaded it, under a LoRA of PEFT: golden values made
 * by scripts/golden/engine_quantised.py.
 */
type Golden = Quantisation & {
  tokens: number[][];
  supervised: number[][];
  logProbabilities: number[][];
  supervisedTokens: number;
  loss: number;
  gradients: Record<string, { norm: number; first: number[] }>;
};

const golden = fileURLToPath(new URL('../../test/golden/engine/', import.meta.url));
const { models } = JSON.parse(readFileSync(`${golden}quantised.json`, 'utf8')) as { models: Golden[] };
const baseFolder = `${golden}tiny-llama`;
const nf4: Quantisation = { type: 'nf4', double: true };

let cacheFolder: string;
before(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), 'attune-quantised-'));
});
after(() => rm(cacheFolder, { recursive: true, force: true }));

const { signal } = new AbortController();

/** The loaded base, and how often progress was told on the way. */
async function load(
  folder: string,
  quantisation: Quantisation,
  cache = cacheFolder,
): Promise<{ base: LanguageModel; told: number }> {
  const loading = loadQuantisedBase(folder, quantisation, { cacheFolder: cache, signal });
  for (let told = 0; ; told++) {
    const { done, value } = await loading.next();
    if (done) return { base: value, told };
  }
}

async function quantisedWithAdapter(quantisation: Quantisation): Promise<LanguageModel> {
  const { base } = await load(baseFolder, quantisation);
  return { ...base, adapter: await loadAdapter(base, `${golden}lora-start`) };
}

const examplesOf = ({ tokens, supervised }: Golden): EncodedExample[] =>
  tokens.map((ids, row) => ({
    id: `${row}`,
    tokens: Int32Array.from(ids),
    supervised: Uint8Array.from(supervised[row]!),
  }));

const everyToken = (expected: Golden): EncodedExample[] =>
  examplesOf(expected).map((example) => ({
    ...example,
    supervised: Uint8Array.from(example.tokens, (_, i) => Number(i > 0)),
  }));

async function logProbabilities(model: LanguageModel, examples: EncodedExample[]): Promise<number[]> {
  const scores = await scoreExamples(model, examples, { threads: 1 });
  return scores.flatMap((score) => [...score.logProbabilities]);
}

const furthest = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

for (const expected of models) {
  const name = `${expected.type}${expected.double ? ', double' : ''}`;
  test(`${name}: log-probabilities equal those of transformers on bitsandbytes' weights`, async () => {
    const model = await quantisedWithAdapter(expected);
    const ours = await logProbabilities(model, everyToken(expected));
    assert.ok(furthest(ours, expected.logProbabilities.flat()) < 1e-4);
  });

  test(`${name}: loss and the adapter's gradients equal those of PEFT`, async () => {
    const model = await quantisedWithAdapter(expected);
    const rows = examplesOf(expected).map((example) => [example]);
    const shape = { rows: rows.length, length: expected.tokens[0]!.length, targets: 32 };
    const { feeds } = sftObjective.pass(rows, shape, sftObjective.counts(rows));
    const parameters = trainableParameters(model);
    const session = await openSession(sftObjective.program(model, shape, { training: true }), 1);
    try {
      const weights = Object.fromEntries(parameters.map(({ name, data }) => [name, data]));
      const outputs = await session.run({ ...feeds, ...weights });
      assert.ok(Math.abs(outputs['loss']![0]! / expected.loss - 1) < 1e-5);
      assert.equal(Object.keys(expected.gradients).length, parameters.length);
      for (const { name } of parameters) {
        const gradient = outputs[gradientName(name)]!;
        const { norm, first } = expected.gradients[name]!;
        assert.ok(Math.abs(Math.hypot(...gradient) / norm - 1) < 1e-4, `${name}: norm`);
        const typical = norm / Math.sqrt(gradient.length);
        for (const [i, value] of first.entries())
          assert.ok(Math.abs(gradient[i]! - value) < 2e-4 * typical, `${name}: element ${i}`);
      }
    } finally {
      await session.close();
    }
  });
}

test('merged with its adapter, as floats, the model computes the same', async () => {
  const examples = everyToken(models[0]!);
  const beside = await quantisedWithAdapter(nf4);
  const base = new Map([...mergedParameters(beside)].map((parameter) => [parameter.name, parameter]));
  const merged = await logProbabilities({ config: beside.config, base }, examples);
  const expected = await logProbabilities(beside, examples);
  assert.ok(furthest(merged, expected) < 1e-4);
  const unquantised = await logProbabilities(await loadModel(baseFolder, `${golden}lora-start`), examples);
  assert.ok(furthest(merged, unquantised) > 1e-2, '4 bits make a difference');
  const { quantised, ...model } = beside;
  const floats = [...quantised!.values()].map((matrix) => [matrix.name, floatParameter(matrix)] as const);
  const asFloats = { ...model, base: new Map([...model.base, ...floats]) };
  assert.ok(furthest(await logProbabilities(asFloats, examples), expected) < 1e-4);
});

test('a base is quantised once, and again when its bytes or the settings change', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'attune-cache-'));
  const copy = join(folder, 'base');
  const cache = join(folder, 'cache');
  try {
    await cp(baseFolder, copy, { recursive: true });
    const kept = (): Promise<string[]> => readdir(join(cache, 'quantised'));
    const first = await load(copy, nf4, cache);
    assert.equal(first.told, 14);
    const [name] = await kept();
    const file = join(cache, 'quantised', name!, 'model.safetensors');
    const second = await load(copy, nf4, cache);
    assert.deepEqual(second, { base: first.base, told: 0 });

    await rm(file); // as a crash before the end leaves it
    assert.equal((await load(copy, nf4, cache)).told, 14);
    await load(copy, { ...nf4, double: false }, cache);
    assert.equal((await kept()).length, 2);
    const weights = join(copy, 'model.safetensors');
    const bytes = await readFile(weights);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(weights, bytes);
    await load(copy, nf4, cache);
    assert.equal((await kept()).length, 3);

    await truncate(file, 5000);
    await cp(join(baseFolder, 'model.safetensors'), weights);
    await assert.rejects(load(copy, nf4, cache), /is not a usable safetensors file/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('the folder has the tensors and settings that bitsandbytes saves', async () => {
  await load(baseFolder, nf4);
  const [name] = (await readdir(join(cacheFolder, 'quantised'))).filter((kept) =>
    kept.includes('nf4-double'),
  );
  const folder = join(cacheFolder, 'quantised', name!);
  const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as Record<string, unknown>;
  assert.equal((config['quantization_config'] as Record<string, unknown>)['bnb_4bit_quant_type'], 'nf4');
  const { tensors, metadata, close } = await openSafetensors(join(folder, 'model.safetensors'));
  await close();
  assert.equal(metadata['format'], 'pt');
  const layer = 'model.layers.0.mlp.down_proj.weight';
  const shapes = Object.fromEntries(
    [...tensors]
      .filter(([tensor]) => tensor.startsWith(layer))
      .map(([tensor, { dtype, shape }]) => [tensor.slice(layer.length), `${dtype} ${shape.join(' × ')}`]),
  );
  const { '.quant_state.bitsandbytes__nf4': state, ...rest } = shapes;
  assert.match(state!, /^U8 \d+$/);
  assert.deepEqual(rest, {
    '': 'U8 4096 × 1',
    '.absmax': 'U8 128',
    '.nested_absmax': 'F32 1',
    '.nested_quant_map': 'F32 256',
    '.quant_map': 'F32 16',
  });
  assert.deepEqual(tensors.get('model.embed_tokens.weight')?.shape, [128, 64]);
});
