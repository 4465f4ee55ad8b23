/** Models and adapters on disk: Hugging Face layout in, PEFT or Hugging Face layout out. */
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AttuneError } from '../base/errors.ts';
import { readJson, writeJson } from '../base/files.ts';
import { openSafetensors, openWeights, writeSafetensors } from '../formats/safetensors.ts';
import { readModelConfig, weightShapes } from './config.ts';
import type { ModelConfig } from './config.ts';
import { readModelJson } from './json-file.ts';
import { adaptedModules, loraName } from './lora.ts';
import type { LoraConfig } from './lora.ts';
import type { LanguageModel, Parameter } from './parameters.ts';

/** Loads a base model, with the adapter of `adapterFolder` if given. Throws AttuneError 'model' for what does not fit. */
export async function loadModel(baseFolder: string, adapterFolder?: string): Promise<LanguageModel> {
  const config = await readModelConfig(baseFolder);
  const base = new Map(
    (await readParameters(() => openWeights(baseFolder), weightShapes(config), baseFolder)).map(
      (parameter) => [parameter.name, parameter],
    ),
  );
  return adapterFolder
    ? { config, base, adapter: await loadAdapter(config, adapterFolder) }
    : { config, base };
}

const unsupported = 'is not supported yet';
const peftConfig = z.looseObject({
  r: z.int().positive(),
  lora_alpha: z.number().positive(),
  lora_dropout: z.number().min(0).max(1).default(0),
  target_modules: z.array(z.string()),
  use_rslora: z.literal(false, unsupported).nullish(),
  use_dora: z.literal(false, unsupported).nullish(),
  bias: z.literal('none', unsupported).nullish(),
});

async function loadAdapter(
  config: ModelConfig,
  folder: string,
): Promise<NonNullable<LanguageModel['adapter']>> {
  const peft = await readModelJson(join(folder, 'adapter_config.json'), peftConfig);
  const lora: LoraConfig = {
    rank: peft.r,
    alpha: peft.lora_alpha,
    dropout: peft.lora_dropout,
    targetModules: peft.target_modules,
  };
  const shapes = new Map<string, readonly number[]>();
  for (const { module, inputSize, outputSize } of adaptedModules(config, lora)) {
    shapes.set(loraName(module, 'A'), [lora.rank, inputSize]);
    shapes.set(loraName(module, 'B'), [outputSize, lora.rank]);
  }
  const file = join(folder, 'adapter_model.safetensors');
  return { config: lora, parameters: await readParameters(() => openSafetensors(file), shapes, file) };
}

async function readParameters(
  open: () => ReturnType<typeof openWeights>,
  shapes: ReadonlyMap<string, readonly number[]>,
  where: string,
): Promise<Parameter[]> {
  const weights = await open();
  try {
    const parameters: Parameter[] = [];
    for (const [name, shape] of shapes) {
      const found = weights.tensors.get(name)?.shape;
      if (found?.join() !== shape.join())
        throw new AttuneError(
          'model',
          `${where}: tensor ${name} should have shape [${shape.join(', ')}], found ${found ? `[${found.join(', ')}]` : 'none'}`,
          { fix: 'The weights do not belong to this config.json; fetch the model again.' },
        );
      parameters.push({ name, shape, data: await weights.readFloat32(name) });
    }
    return parameters;
  } finally {
    await weights.close();
  }
}

/** Writes an adapter as PEFT saves it (float32). Returns the SHA-256 of its weights file. */
export async function saveAdapter(
  folder: string,
  { config, parameters }: NonNullable<LanguageModel['adapter']>,
  baseName: string,
): Promise<string> {
  await writeJson(join(folder, 'adapter_config.json'), {
    base_model_name_or_path: baseName,
    bias: 'none',
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    lora_alpha: config.alpha,
    lora_dropout: config.dropout,
    peft_type: 'LORA',
    r: config.rank,
    target_modules: [...config.targetModules],
    task_type: 'CAUSAL_LM',
    use_dora: false,
    use_rslora: false,
  });
  return saveParameters(join(folder, 'adapter_model.safetensors'), parameters, 'F32');
}

/** Writes a whole model: `parameters` as bf16 beside the base's own configuration and tokenizer files. Returns the SHA-256 of its weights file. */
export async function saveModel(
  folder: string,
  parameters: Iterable<Parameter>,
  baseFolder: string,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const entry of await readdir(baseFolder, { withFileTypes: true })) {
    const isWeights = /\.(safetensors|safetensors\.index\.json|bin|gguf)$/.test(entry.name);
    if (entry.isFile() && !isWeights && !/^(README|LICENSE|config\.json$)/i.test(entry.name))
      await copyFile(join(baseFolder, entry.name), join(folder, entry.name));
  }
  const { dtype: _, ...config } = await readJson<Record<string, unknown>>(join(baseFolder, 'config.json'));
  await writeJson(join(folder, 'config.json'), { ...config, torch_dtype: 'bfloat16' });
  return saveParameters(join(folder, 'model.safetensors'), parameters, 'BF16');
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
