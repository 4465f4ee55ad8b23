/** The models of the comparison: random weights in one file that both sides read, written once to the cache. */
import { copyFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { exists, writeFileAtomic, writeJson } from '../../src/base/files.ts';
import { seededRandom } from '../../src/base/random.ts';
import { writeSafetensors } from '../../src/formats/safetensors-writer.ts';
import type { TensorToWrite } from '../../src/formats/safetensors-writer.ts';
import { readModelConfig, weightShapes } from '../../src/model/config.ts';
import { cacheFolder, root } from '../paths.ts';

export const attuneBase = join(root, 'models', 'attune-base');

export type ModelSize = {
  name: string;
  layers: number;
  width: number;
  heads: number;
  keyValueHeads: number;
  feedForward: number;
  vocabulary: number;
};

/** The first is only for trying the program out; 135M and 360M are the shapes of SmolLM2. */
export const sizes = {
  tiny: {
    name: 'tiny',
    layers: 2,
    width: 64,
    heads: 4,
    keyValueHeads: 2,
    feedForward: 192,
    vocabulary: 4096,
  },
  '1M': { name: '1M', layers: 4, width: 128, heads: 4, keyValueHeads: 2, feedForward: 384, vocabulary: 2048 },
  '10M': {
    name: '10M',
    layers: 8,
    width: 256,
    heads: 4,
    keyValueHeads: 2,
    feedForward: 768,
    vocabulary: 16384,
  },
  '50M': {
    name: '50M',
    layers: 12,
    width: 512,
    heads: 8,
    keyValueHeads: 4,
    feedForward: 1536,
    vocabulary: 24576,
  },
  '135M': {
    name: '135M',
    layers: 30,
    width: 576,
    heads: 9,
    keyValueHeads: 3,
    feedForward: 1536,
    vocabulary: 49152,
  },
  '360M': {
    name: '360M',
    layers: 32,
    width: 960,
    heads: 15,
    keyValueHeads: 5,
    feedForward: 2560,
    vocabulary: 49152,
  },
} satisfies Record<string, ModelSize>;

/** Rank 16 on all seven projections, alpha 32, no dropout. */
export const lora = {
  rank: 16,
  alpha: 32,
  targetModules: ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'],
};

const maxPositions = 8192;

/** Writes the model of that size, with attune-base's tokenizer and chat template; returns its folder. */
export async function modelFolder(size: ModelSize): Promise<string> {
  const folder = join(cacheFolder, `model-${size.name}`);
  if (await exists(join(folder, 'complete'))) return folder;
  await writeJson(join(folder, 'config.json'), configFile(size));
  for (const file of ['tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json'])
    await copyFile(join(attuneBase, file), join(folder, file));
  const tensors = [...weightShapes(await readModelConfig(folder))].map(([name, shape]) => ({
    name,
    dtype: 'BF16' as const,
    shape,
    data: async () => randomWeights(name, shape),
  }));
  await writeSafetensors(join(folder, 'model.safetensors'), tensors, { format: 'pt' });
  await writeFileAtomic(join(folder, 'complete'), '');
  return folder;
}

/** The adapter that both sides start from, in PEFT layout: B is zero, A uniform as PEFT makes it. Returns its folder. */
export async function adapterFolder(model: string): Promise<string> {
  const folder = join(cacheFolder, `adapter-${basename(model)}`);
  if (await exists(join(folder, 'complete'))) return folder;
  const tensors: TensorToWrite[] = [];
  for (const [name, [output, input]] of weightShapes(await readModelConfig(model)) as Map<string, number[]>) {
    const module = name.replace(/\.weight$/, '');
    if (!lora.targetModules.includes(module.split('.').at(-1)!)) continue;
    const { uniform } = seededRandom(1, 'lora', module);
    const bound = 1 / Math.sqrt(input!);
    const a = Float32Array.from({ length: lora.rank * input! }, () => (2 * uniform() - 1) * bound);
    const b = new Float32Array(output! * lora.rank);
    const tensor = (matrix: 'A' | 'B', shape: number[], data: Float32Array): TensorToWrite => ({
      name: `base_model.model.${module}.lora_${matrix}.weight`,
      dtype: 'F32',
      shape,
      data,
    });
    tensors.push(tensor('A', [lora.rank, input!], a), tensor('B', [output!, lora.rank], b));
  }
  await writeSafetensors(join(folder, 'adapter_model.safetensors'), tensors, { format: 'pt' });
  await writeJson(join(folder, 'adapter_config.json'), {
    base_model_name_or_path: model,
    bias: 'none',
    lora_alpha: lora.alpha,
    lora_dropout: 0,
    peft_type: 'LORA',
    r: lora.rank,
    target_modules: lora.targetModules,
    task_type: 'CAUSAL_LM',
  });
  await writeFileAtomic(join(folder, 'complete'), '');
  return folder;
}

function configFile(size: ModelSize): Record<string, unknown> {
  return {
    architectures: ['LlamaForCausalLM'],
    attention_bias: false,
    bos_token_id: 0,
    eos_token_id: 1,
    head_dim: size.width / size.heads,
    hidden_act: 'silu',
    hidden_size: size.width,
    intermediate_size: size.feedForward,
    max_position_embeddings: maxPositions,
    mlp_bias: false,
    model_type: 'llama',
    num_attention_heads: size.heads,
    num_hidden_layers: size.layers,
    num_key_value_heads: size.keyValueHeads,
    pad_token_id: 2,
    rms_norm_eps: 1e-5,
    rope_theta: 10000,
    tie_word_embeddings: true,
    torch_dtype: 'bfloat16',
    vocab_size: size.vocabulary,
  };
}

/** Norms are one; matrices are uniform with the deviation that transformers starts from, 0.02. */
function randomWeights(name: string, shape: readonly number[]): Float32Array {
  const length = shape.reduce((product, size) => product * size, 1);
  if (shape.length === 1) return new Float32Array(length).fill(1);
  const { uniform } = seededRandom(1, 'weights', name);
  const width = 0.02 * Math.sqrt(12);
  const weights = new Float32Array(length);
  for (let i = 0; i < length; i++) weights[i] = (uniform() - 0.5) * width;
  return weights;
}

/** Weights of a model with tied embeddings. */
export function parametersOf(size: ModelSize): number {
  const keyValues = (size.width / size.heads) * size.keyValueHeads;
  const layer = 2 * size.width ** 2 + 2 * size.width * keyValues + 3 * size.width * size.feedForward;
  return size.layers * (layer + 2 * size.width) + size.width + size.vocabulary * size.width;
}
