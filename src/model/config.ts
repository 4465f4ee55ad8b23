/** config.json as the plain data that the rest of the engine goes by, and the tensors that a model of it has. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { shownJson } from '../base/json.ts';
import { configFields } from './config-fields.ts';
import type { ConfigFields, Refuse } from './config-fields.ts';
import { families } from './families.ts';
import type { Features, ModelFamily } from './families.ts';
import { readFeatures } from './features.ts';
import { readRope } from './rope.ts';
import type { RopeConfig } from './rope.ts';

/** The shape and features of a decoder model. */
export type ModelConfig = Features &
  RopeConfig & {
    family: ModelFamily;
    hiddenSize: number;
    intermediateSize: number;
    layers: number;
    heads: number;
    keyValueHeads: number;
    headDim: number;
    vocabularySize: number;
    maxPositions: number;
    rmsEpsilon: number;
    /** The output projection is the embedding table. */
    tiedEmbeddings: boolean;
  };

/** Checkpoint names of the embedding table and of the output projection, which may be the same tensor. */
export const embeddingName = 'model.embed_tokens.weight';
export const headName = 'lm_head.weight';

/** Reads and checks config.json. Throws AttuneError 'model' naming the field and value that is missing or not supported. */
export async function readModelConfig(folder: string): Promise<ModelConfig> {
  const path = join(folder, 'config.json');
  let raw: unknown;
  try {
    raw = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new AttuneError('model', `${path} cannot be read: ${(cause as Error).message}`, {
      fix: 'Name a folder in Hugging Face layout: config.json, model.safetensors, tokenizer.json, tokenizer_config.json.',
      cause,
    });
  }
  return parseModelConfig(raw, path);
}

/** As readModelConfig, on parsed JSON; `path` is only used in errors. */
export function parseModelConfig(raw: unknown, path: string): ModelConfig {
  const family = familyOf(raw, path);
  const { architecture, defaults } = families[family];
  const refuse: Refuse = (field, value, supported) => {
    const found = value === undefined ? 'missing' : shownJson(value);
    throw new AttuneError('model', `${path}: ${field} = ${found} is not supported with ${architecture}`, {
      fix: `Supported: ${supported}. Choose another base model, or one without it.`,
    });
  };
  const parsed = configFields.safeParse({ ...defaults, ...(raw as object) });
  if (!parsed.success) {
    const { path: field, message } = parsed.error.issues[0]!;
    throw new AttuneError('model', `${path}: ${field.join('.')}: ${message}`);
  }
  const fields = parsed.data;
  return {
    family,
    ...readSizes(fields, path),
    ...readRope(fields, refuse),
    ...readFeatures(family, fields, refuse),
  };
}

function familyOf(raw: unknown, path: string): ModelFamily {
  const parsed = configFields.pick({ architectures: true, model_type: true }).safeParse(raw);
  if (!parsed.success)
    throw new AttuneError('model', `${path}: architectures is missing or not a list of names`, {
      fix: 'Name a causal language model in Hugging Face layout.',
    });
  const { architectures, model_type: type } = parsed.data;
  const [architecture] = architectures;
  const all = Object.entries(families) as [ModelFamily, (typeof families)[ModelFamily]][];
  const found = all.find(([, family]) => family.architecture === architecture)?.[0];
  const fix = `This version trains ${all.map(([, family]) => family.architecture).join(', ')}.`;
  if (!found)
    throw new AttuneError('model', `${path}: architecture ${architecture} is not supported yet`, { fix });
  if (type != null && type !== found)
    throw new AttuneError('model', `${path}: model_type = "${type}" does not belong to ${architecture}`, {
      fix,
    });
  return found;
}

function readSizes(
  fields: ConfigFields,
  path: string,
): Omit<ModelConfig, 'family' | keyof (Features & RopeConfig)> {
  const heads = fields.num_attention_heads;
  const keyValueHeads = fields.num_key_value_heads ?? heads;
  const headDim = fields.head_dim ?? fields.hidden_size / heads;
  if (heads % keyValueHeads !== 0 || !Number.isInteger(headDim) || headDim % 2 !== 0)
    throw new AttuneError(
      'model',
      `${path}: ${heads} heads, ${keyValueHeads} key-value heads and hidden_size ${fields.hidden_size} do not fit together`,
    );
  return {
    hiddenSize: fields.hidden_size,
    intermediateSize: fields.intermediate_size,
    layers: fields.num_hidden_layers,
    heads,
    keyValueHeads,
    headDim,
    vocabularySize: fields.vocab_size,
    maxPositions: fields.max_position_embeddings,
    rmsEpsilon: fields.rms_norm_eps,
    tiedEmbeddings: fields.tie_word_embeddings ?? false,
  };
}

/** Name and shape [out, in] of every linear layer in one decoder block, as Hugging Face names them. */
export function blockLinears(config: ModelConfig): Record<string, readonly [number, number]> {
  const { hiddenSize, intermediateSize, heads, keyValueHeads, headDim } = config;
  return {
    'self_attn.q_proj': [heads * headDim, hiddenSize],
    'self_attn.k_proj': [keyValueHeads * headDim, hiddenSize],
    'self_attn.v_proj': [keyValueHeads * headDim, hiddenSize],
    'self_attn.o_proj': [hiddenSize, heads * headDim],
    'mlp.gate_proj': [intermediateSize, hiddenSize],
    'mlp.up_proj': [intermediateSize, hiddenSize],
    'mlp.down_proj': [hiddenSize, intermediateSize],
  };
}

/** Name and width of every norm in one decoder block. */
function blockNorms({ hiddenSize, headDim, queryKeyNorms, postNorms }: ModelConfig): Record<string, number> {
  return {
    input_layernorm: hiddenSize,
    post_attention_layernorm: hiddenSize,
    ...(postNorms && { pre_feedforward_layernorm: hiddenSize, post_feedforward_layernorm: hiddenSize }),
    ...(queryKeyNorms && { 'self_attn.q_norm': headDim, 'self_attn.k_norm': headDim }),
  };
}

/** Name and shape of every tensor in the model's checkpoint. */
export function weightShapes(config: ModelConfig): Map<string, readonly number[]> {
  const { hiddenSize, vocabularySize, layers, tiedEmbeddings, biases } = config;
  const shapes = new Map<string, readonly number[]>([[embeddingName, [vocabularySize, hiddenSize]]]);
  for (let layer = 0; layer < layers; layer++) {
    const prefix = `model.layers.${layer}`;
    for (const [norm, width] of Object.entries(blockNorms(config)))
      shapes.set(`${prefix}.${norm}.weight`, [width]);
    for (const [linear, shape] of Object.entries(blockLinears(config))) {
      shapes.set(`${prefix}.${linear}.weight`, shape);
      if (biases.includes(linear.split('.')[1]!)) shapes.set(`${prefix}.${linear}.bias`, [shape[0]]);
    }
  }
  shapes.set('model.norm.weight', [hiddenSize]);
  if (!tiedEmbeddings) shapes.set(headName, [vocabularySize, hiddenSize]);
  return shapes;
}
