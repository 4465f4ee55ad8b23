import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openWeights } from '../formats/safetensors-shards.ts';
import { writeSafetensors } from '../formats/safetensors-writer.ts';
import type { TensorToWrite } from '../formats/safetensors-writer.ts';
import { parseModelConfig, readModelConfig } from './config.ts';
import { checkModelFolder, readWeights } from './weights.ts';

const families = fileURLToPath(new URL('../../test/golden/engine/families/', import.meta.url));
const indexName = 'model.safetensors.index.json';

async function copyOf(t: TestContext, family: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'attune-weights-'));
  t.after(() => rm(folder, { recursive: true }));
  await cp(join(families, family), folder, { recursive: true });
  return folder;
}

/** A Qwen 2 (tied embeddings) with its tensors changed. */
async function changed(
  t: TestContext,
  change: (tensors: Map<string, TensorToWrite>) => void,
): Promise<string> {
  const folder = await copyOf(t, 'qwen2');
  const weights = await openWeights(folder);
  const tensors = new Map<string, TensorToWrite>();
  for (const [name, { dtype, shape }] of weights.tensors)
    tensors.set(name, { name, dtype, shape, data: await weights.read(name) });
  await weights.close();
  change(tensors);
  await writeSafetensors(join(folder, 'model.safetensors'), tensors.values());
  return folder;
}

/** Both before a run, from the headers, and when the model is loaded. */
async function refuses(folder: string, message: RegExp): Promise<void> {
  await rejects(checkModelFolder(folder), { code: 'model', message });
  await rejects(readWeights(folder, await readModelConfig(folder)), { code: 'model', message });
}

const floats = (name: string, shape: readonly number[]): TensorToWrite => ({
  name,
  dtype: 'F32',
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
});

test('a tensor that is missing is named', async (t) => {
  const bias = 'model.layers.1.self_attn.k_proj.bias';
  await refuses(
    await changed(t, (tensors) => tensors.delete(bias)),
    /layers\.1\.self_attn\.k_proj\.bias is missing/,
  );
  const folder = await changed(t, (tensors) => {
    for (const name of tensors.keys()) if (name.includes('layers.2.')) tensors.delete(name);
  });
  await refuses(folder, /layers\.2\.\S+, \S+, \S+ and 9 more are missing/);
});

test('a tensor that the architecture has no place for is refused, not left out', async (t) => {
  const name = 'model.layers.0.self_attn.o_proj.bias';
  const folder = await changed(t, (tensors) => tensors.set(name, floats(name, [32])));
  await refuses(folder, /o_proj\.bias is not part of a qwen2 model/);
});

test('a tensor of another shape or type is refused', async (t) => {
  const name = 'model.layers.0.mlp.up_proj.weight';
  await refuses(
    await changed(t, (tensors) => tensors.set(name, floats(name, [32, 40]))),
    /up_proj\.weight has the shape \[32, 40\], but should have \[40, 32\]/,
  );
  const integers = { name, dtype: 'I8', shape: [40, 32], data: new Int8Array(1280) } as const;
  await refuses(await changed(t, (tensors) => tensors.set(name, integers)), /up_proj\.weight is I8/);
});

test('an output projection beside tied embeddings must be the same; rotary tables of old files may be there', async (t) => {
  const embeddings = 'model.embed_tokens.weight';
  const folder = await changed(t, (tensors) => {
    tensors.set('lm_head.weight', { ...tensors.get(embeddings)!, name: 'lm_head.weight' });
    tensors.set(
      'model.layers.0.self_attn.rotary_emb.inv_freq',
      floats('model.layers.0.self_attn.rotary_emb.inv_freq', [4]),
    );
  });
  await checkModelFolder(folder);
  const config = await readModelConfig(folder);
  equal((await readWeights(folder, config)).has('lm_head.weight'), false);

  const other = await changed(t, (tensors) => {
    const data = Uint8Array.from(tensors.get(embeddings)!.data as Uint8Array);
    data[data.length - 1]! ^= 1;
    tensors.set('lm_head.weight', { ...tensors.get(embeddings)!, name: 'lm_head.weight', data });
  });
  await rejects(readWeights(other, config), {
    code: 'model',
    message: /lm_head\.weight differs from model\.embed/,
  });
});

test('shards are read by their index; one that is missing or lies outside is refused', async (t) => {
  const folder = await copyOf(t, 'gemma2');
  const index = JSON.parse(await readFile(join(folder, indexName), 'utf8')) as {
    weight_map: Record<string, string>;
  };
  equal(new Set(Object.values(index.weight_map)).size > 1, true);
  await checkModelFolder(folder);
  const norm = 'model.norm.weight';
  for (const [shard, message] of [
    ['../model-00001-of-00004.safetensors', /not a plain file name/],
    ['nothing.safetensors', /nothing\.safetensors/],
  ] as const) {
    const weight_map = { ...index.weight_map, [norm]: shard };
    await writeFile(join(folder, indexName), JSON.stringify({ weight_map }));
    await rejects(checkModelFolder(folder), (error: Error) => {
      match(error.message, message);
      return true;
    });
  }
  const { [norm]: _, ...rest } = index.weight_map;
  await writeFile(join(folder, indexName), JSON.stringify({ weight_map: rest }));
  await refuses(folder, /model\.norm\.weight is missing/);
});

test('config.json and weights of different features do not pass for each other', async (t) => {
  const folder = await copyOf(t, 'qwen3');
  const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as object;
  deepEqual(parseModelConfig(config, 'config.json').biases.length, 4);
  await writeFile(join(folder, 'config.json'), JSON.stringify({ ...config, attention_bias: false }));
  await refuses(folder, /_proj\.bias, .* are not part of a qwen3 model/);
});
