import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AttuneError } from '../base/errors.ts';

/** The shape of a Llama-architecture model, from its config.json. */
export type ModelConfig = {
  hiddenSize: number;
  intermediateSize: number;
  layers: number;
  heads: number;
  keyValueHeads: number;
  headDim: number;
  vocabularySize: number;
  maxPositions: number;
  rmsEpsilon: number;
  ropeTheta: number;
  /** The output projection is the embedding table. */
  tiedEmbeddings: boolean;
};

const positive = z.int().positive();
const configFile = z.looseObject({
  architectures: z.array(z.string()).min(1),
  hidden_size: positive,
  intermediate_size: positive,
  num_hidden_layers: positive,
  num_attention_heads: positive,
  num_key_value_heads: positive.optional(),
  head_dim: positive.nullish(),
  vocab_size: positive,
  max_position_embeddings: positive,
  rms_norm_eps: z.number().positive(),
  rope_theta: z.number().positive().optional(),
  rope_parameters: z
    .looseObject({ rope_theta: z.number().positive(), rope_type: z.string().optional() })
    .nullish(),
  tie_word_embeddings: z.boolean().default(false),
});

/** Fields that change the arithmetic, with the only values this engine computes. */
const requiredValues: Record<string, readonly unknown[]> = {
  hidden_act: ['silu', undefined],
  attention_bias: [false, undefined],
  mlp_bias: [false, undefined],
  rope_scaling: [null, undefined],
  pretraining_tp: [1, undefined],
  sliding_window: [null, undefined],
  quantization_config: [null, undefined],
};

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
  const parsed = configFile.safeParse(raw);
  if (!parsed.success) {
    const { path: field, message } = parsed.error.issues[0]!;
    throw new AttuneError('model', `${path}: ${field.join('.') || 'the file'}: ${message}`);
  }
  const config = parsed.data;
  const fix =
    'This version trains LlamaForCausalLM models (Llama 2, SmolLM, TinyLlama and the like) without rope scaling.';
  const [architecture] = config.architectures;
  if (architecture !== 'LlamaForCausalLM')
    throw new AttuneError('model', `${path}: architecture ${architecture} is not supported yet`, { fix });
  for (const [field, allowed] of Object.entries(requiredValues)) {
    const value = config[field];
    if (!allowed.includes(value))
      throw new AttuneError('model', `${path}: ${field} = ${JSON.stringify(value)} is not supported yet`, {
        fix,
      });
  }
  const ropeType = config.rope_parameters?.rope_type ?? 'default';
  if (ropeType !== 'default')
    throw new AttuneError(
      'model',
      `${path}: rope_parameters.rope_type = "${ropeType}" is not supported yet`,
      { fix },
    );
  const heads = config.num_attention_heads;
  const keyValueHeads = config.num_key_value_heads ?? heads;
  const headDim = config.head_dim ?? config.hidden_size / heads;
  if (heads % keyValueHeads !== 0 || !Number.isInteger(headDim) || headDim % 2 !== 0)
    throw new AttuneError(
      'model',
      `${path}: ${heads} heads, ${keyValueHeads} key-value heads and hidden_size ${config.hidden_size} do not fit together`,
    );
  return {
    hiddenSize: config.hidden_size,
    intermediateSize: config.intermediate_size,
    layers: config.num_hidden_layers,
    heads,
    keyValueHeads,
    headDim,
    vocabularySize: config.vocab_size,
    maxPositions: config.max_position_embeddings,
    rmsEpsilon: config.rms_norm_eps,
    ropeTheta: config.rope_parameters?.rope_theta ?? config.rope_theta ?? 10_000,
    tiedEmbeddings: config.tie_word_embeddings,
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

/** Name and shape of every tensor in the model's checkpoint. */
export function weightShapes(config: ModelConfig): Map<string, readonly number[]> {
  const { hiddenSize, vocabularySize, layers, tiedEmbeddings } = config;
  const shapes = new Map<string, readonly number[]>([
    ['model.embed_tokens.weight', [vocabularySize, hiddenSize]],
  ]);
  for (let layer = 0; layer < layers; layer++) {
    const prefix = `model.layers.${layer}`;
    shapes.set(`${prefix}.input_layernorm.weight`, [hiddenSize]);
    shapes.set(`${prefix}.post_attention_layernorm.weight`, [hiddenSize]);
    for (const [linear, shape] of Object.entries(blockLinears(config)))
      shapes.set(`${prefix}.${linear}.weight`, shape);
  }
  shapes.set('model.norm.weight', [hiddenSize]);
  if (!tiedEmbeddings) shapes.set('lm_head.weight', [vocabularySize, hiddenSize]);
  return shapes;
}
