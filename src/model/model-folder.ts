/** Models and adapters on disk: Hugging Face layout in, PEFT or Hugging Face layout out. */
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AttuneError } from '../base/errors.ts';
import { readJson, writeJson } from '../base/files.ts';
import { openSafetensors } from '../formats/safetensors-reader.ts';
import { writeSafetensors } from '../formats/safetensors-writer.ts';
import type { Weights as StoredWeights } from '../formats/safetensors-reader.ts';
import { adapterTensors } from './adapter.ts';
import type { Adapter, AdapterConfig } from './adapter.ts';
import { baseWeight } from './base-weight.ts';
import { headName, readModelConfig } from './config.ts';
import type { ModelConfig } from './config.ts';
import { readModelJson } from './json-file.ts';
import { checkLora } from './lora-check.ts';
import type { LanguageModel, Parameter } from './parameters.ts';
import { adapterFileOf, parseAdapterConfig } from './peft-config.ts';
import { readWeights } from './weights.ts';

/** Loads a base model, with the adapter of `adapterFolder` if given. Throws AttuneError 'model' for what does not fit. */
export async function loadModel(baseFolder: string, adapterFolder?: string): Promise<LanguageModel> {
  const config = await readModelConfig(baseFolder);
  const base = await readWeights(baseFolder, config);
  return adapterFolder
    ? { config, base, adapter: await loadAdapter({ config, base }, adapterFolder) }
    : { config, base };
}

/** The files of an adapter in PEFT's layout. */
export function adapterFiles(folder: string): string[] {
  return ['adapter_config.json', 'adapter_model.safetensors'].map((name) => join(folder, name));
}

/** What an adapter in PEFT's layout trains. Throws AttuneError 'model' for what does not fit the base or is not computed. */
export async function readAdapterConfig(config: ModelConfig, folder: string): Promise<AdapterConfig> {
  const path = join(folder, 'adapter_config.json');
  const adapter = parseAdapterConfig(await readModelJson(path, z.unknown()), path);
  if (adapter.kind === 'lora') checkLora(config, adapter.config, path);
  return adapter;
}

/** Reads an adapter in PEFT's layout. Throws AttuneError 'model' for what does not fit the base or is not computed. */
export async function loadAdapter(model: LanguageModel, folder: string): Promise<Adapter> {
  const adapter = await readAdapterConfig(model.config, folder);
  const tensors = adapterTensors(model.config, adapter);
  const file = join(folder, 'adapter_model.safetensors');
  const weights = await openSafetensors(file);
  try {
    const known = new Set(tensors.map(({ name }) => name));
    for (const name of weights.tensors.keys())
      if (!known.has(name)) await checkLeftOver(model, weights, name, file);
    const parameters: Parameter[] = [];
    for (const { name, shape } of tensors) parameters.push(await readParameter(weights, name, shape, file));
    return { ...adapter, parameters };
  } finally {
    await weights.close();
  }
}

/**
 * PEFT writes more than it needs: the frozen weight of an output head with an adapter, and copies of biases in modules
 * that are trained whole. Throws AttuneError 'model' for any other tensor, and for a head that is not this base's.
 */
async function checkLeftOver(
  model: LanguageModel,
  weights: StoredWeights,
  name: string,
  file: string,
): Promise<void> {
  if (/\.(original_module|modules_to_save)\.bias$/.test(name)) return;
  const refuse = (reason: string): never => {
    throw new AttuneError('model', `${file}: tensor ${name} ${reason}`, {
      fix: 'Name the base that the adapter was trained on, and an adapter of a kind that is supported.',
    });
  };
  if (name !== 'base_model.model.lm_head.base_layer.weight')
    refuse('is not part of what its configuration says');
  const { data, shape } = baseWeight(model, headName);
  const stored = await readParameter(weights, name, shape, file);
  if (stored.data.some((value, i) => value !== data[i])) refuse("differs from the base's output head");
}

/** `where` is only used in errors. */
export async function readParameter(
  weights: StoredWeights,
  name: string,
  shape: readonly number[],
  where: string,
): Promise<Parameter> {
  const found = weights.tensors.get(name)?.shape;
  if (found?.join() !== shape.join())
    throw new AttuneError(
      'model',
      `${where}: tensor ${name} should have shape [${shape.join(', ')}], found ${found ? `[${found.join(', ')}]` : 'none'}`,
      { fix: 'The weights do not belong to this config.json; fetch the model again.' },
    );
  return { name, shape, data: await weights.readFloat32(name) };
}

/** Writes an adapter as PEFT saves it (float32). Returns the SHA-256 of its weights file. */
export async function saveAdapter(
  folder: string,
  adapter: Adapter,
  { config, baseName }: { config: ModelConfig; baseName: string },
): Promise<string> {
  await writeJson(join(folder, 'adapter_config.json'), adapterFileOf(adapter, config, baseName));
  return saveParameters(join(folder, 'adapter_model.safetensors'), adapter.parameters, 'F32');
}

/** Writes a whole model: `parameters` as bf16 beside the base's own configuration and tokenizer files. Returns the SHA-256 of its weights file. */
export async function saveModel(
  folder: string,
  parameters: Iterable<Parameter>,
  baseFolder: string,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const entry of await readdir(baseFolder, { withFileTypes: true })) {
    const isWeights = /\.(safetensors|bin|pt|pth|ckpt|msgpack|h5|onnx|gguf|index\.json)$/.test(entry.name);
    if (entry.isFile() && !isWeights && !/^(README|LICENSE|config\.json$)/i.test(entry.name))
      await copyFile(join(baseFolder, entry.name), join(folder, entry.name));
  }
  const { dtype: _, ...config } = await readJson<Record<string, unknown>>(join(baseFolder, 'config.json'));
  const all = [...parameters];
  // Merging may have parted the two ends of a shared table.
  const tied = !all.some(({ name }) => name === headName);
  const written = { ...config, tie_word_embeddings: tied, torch_dtype: 'bfloat16' };
  await writeJson(join(folder, 'config.json'), written);
  return saveParameters(join(folder, 'model.safetensors'), all, 'BF16');
}

async function saveParameters(
  path: string,
  parameters: Iterable<Parameter>,
  dtype: 'F32' | 'BF16',
): Promise<string> {
  const tensors = [...parameters].map(({ name, shape, data }) => ({ name, dtype, shape, data }));
  const { sha256 } = await writeSafetensors(path, tensors, { format: 'pt' });
  return sha256;
}
