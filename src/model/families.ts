/**
 * The model families as a table: what each reads of config.json beyond the sizes that all have, and what the file
 * leaves out. Names and defaults are those of transformers' configuration classes; the arithmetic is decoder.ts.
 */
import { z } from 'zod';
import type { Window } from './mask.ts';

/** No size of a real model comes near: a stranger's file must not make us list a billion layers. */
const positive = z.int().positive().max(100_000_000);
const rope = z.record(z.string(), z.unknown()).nullish();

/** The fields of config.json that some family reads; the others are kept to be checked. */
export const configFields = z.looseObject({
  architectures: z.array(z.string()).min(1),
  model_type: z.string().nullish(),
  hidden_size: positive,
  intermediate_size: positive,
  num_hidden_layers: positive.max(1000),
  num_attention_heads: positive,
  num_key_value_heads: positive.nullish(),
  head_dim: positive.nullish(),
  vocab_size: positive,
  max_position_embeddings: positive,
  original_max_position_embeddings: positive.nullish(),
  rms_norm_eps: z.number().positive(),
  rope_theta: z.number().positive().nullish(),
  rope_scaling: rope,
  rope_parameters: rope,
  tie_word_embeddings: z.boolean().nullish(),
  hidden_act: z.string().nullish(),
  hidden_activation: z.string().nullish(),
  attention_bias: z.boolean().nullish(),
  mlp_bias: z.boolean().nullish(),
  sliding_window: positive.nullish(),
  use_sliding_window: z.boolean().nullish(),
  max_window_layers: z.int().min(0).nullish(),
  layer_types: z.array(z.string()).nullish(),
  query_pre_attn_scalar: z.number().positive().nullish(),
  attn_logit_softcapping: z.number().positive().nullish(),
  final_logit_softcapping: z.number().positive().nullish(),
});
export type ConfigFields = z.infer<typeof configFields>;

/** Throws AttuneError 'model': the field, the value found, what is supported. */
export type Refuse = (field: string, value: unknown, supported: string) => never;

export type ModelFamily = 'llama' | 'mistral' | 'qwen2' | 'qwen3' | 'gemma2';

/** What makes one family differ from another, as data for the one decoder builder. */
export type Features = {
  activation: 'silu' | 'gelu_tanh';
  /** Last names of the linear layers that add a bias. */
  biases: readonly string[];
  /** Tokens that each layer's queries see. */
  windows: readonly Window[];
  /** Each head's query and key pass a norm before they are turned. */
  queryKeyNorms: boolean;
  /** What attention and MLP add to the stream passes a norm of its own first. */
  postNorms: boolean;
  /** Norms multiply by 1 + weight in place of weight. */
  normsAddOne: boolean;
  /** What embeddings are multiplied by. */
  embeddingScale: number;
  /** What queries · keys are multiplied by; 1 / √headDim when absent. */
  attentionScale?: number;
  /** Scores s become cap · tanh(s / cap). */
  attentionSoftCap?: number;
  /** The same for the logits of the vocabulary. */
  logitSoftCap?: number;
};

type Family = {
  architecture: string;
  /** What a field that the file leaves out means. */
  defaults: Readonly<Record<string, unknown>>;
  /** Fields of `neutralValues` that this family computes. */
  reads: readonly string[];
  /** Where layers have a window unless `layer_types` says otherwise, and how long it is. */
  window?: (fields: ConfigFields) => number | null | undefined;
  slides?: (layer: number, fields: ConfigFields) => boolean;
  features: (fields: ConfigFields) => Partial<Features>;
};

const attentionLinears = ['q_proj', 'k_proj', 'v_proj', 'o_proj'];
const mlpLinears = ['gate_proj', 'up_proj', 'down_proj'];

const qwenWindows = {
  window: (fields: ConfigFields) => (fields.use_sliding_window ? fields.sliding_window : null),
  slides: (layer: number, fields: ConfigFields) => layer >= fields.max_window_layers!,
};
const qwenDefaults = {
  num_key_value_heads: 32,
  use_sliding_window: false,
  sliding_window: 4096,
  max_window_layers: 28,
};

export const families: Readonly<Record<ModelFamily, Family>> = {
  llama: {
    architecture: 'LlamaForCausalLM',
    defaults: {},
    reads: ['attention_bias', 'mlp_bias'],
    features: (fields) => ({
      biases: [...(fields.attention_bias ? attentionLinears : []), ...(fields.mlp_bias ? mlpLinears : [])],
    }),
  },
  mistral: {
    architecture: 'MistralForCausalLM',
    defaults: { num_key_value_heads: 8, sliding_window: 4096 },
    reads: ['sliding_window'],
    window: (fields) => fields.sliding_window,
    slides: () => true,
    features: () => ({}),
  },
  qwen2: {
    architecture: 'Qwen2ForCausalLM',
    defaults: qwenDefaults,
    reads: ['use_sliding_window', 'sliding_window', 'layer_types'],
    ...qwenWindows,
    features: () => ({ biases: ['q_proj', 'k_proj', 'v_proj'] }),
  },
  qwen3: {
    architecture: 'Qwen3ForCausalLM',
    defaults: { ...qwenDefaults, head_dim: 128 },
    reads: ['attention_bias', 'use_sliding_window', 'sliding_window', 'layer_types'],
    ...qwenWindows,
    features: (fields) => ({ biases: fields.attention_bias ? attentionLinears : [], queryKeyNorms: true }),
  },
  gemma2: {
    architecture: 'Gemma2ForCausalLM',
    defaults: {
      num_key_value_heads: 4,
      head_dim: 256,
      hidden_activation: 'gelu_pytorch_tanh',
      tie_word_embeddings: true,
      query_pre_attn_scalar: 256,
      sliding_window: 4096,
      attn_logit_softcapping: 50,
      final_logit_softcapping: 30,
    },
    reads: [
      'attention_bias',
      'sliding_window',
      'layer_types',
      'query_pre_attn_scalar',
      'attn_logit_softcapping',
      'final_logit_softcapping',
    ],
    window: (fields) => fields.sliding_window,
    slides: (layer) => layer % 2 === 0,
    features: (fields) => ({
      biases: fields.attention_bias ? attentionLinears : [],
      postNorms: true,
      normsAddOne: true,
      embeddingScale: Math.sqrt(fields.hidden_size),
      attentionScale: 1 / Math.sqrt(fields.query_pre_attn_scalar!),
      ...(fields.attn_logit_softcapping && { attentionSoftCap: fields.attn_logit_softcapping }),
      ...(fields.final_logit_softcapping && { logitSoftCap: fields.final_logit_softcapping }),
    }),
  },
};

/**
 * Fields that change the arithmetic of the families that read them, or of transformers itself, with the values (beside
 * null) that change nothing. A family refuses another value unless it reads the field.
 */
const neutralValues: Readonly<Record<string, readonly unknown[]>> = {
  attention_bias: [false],
  mlp_bias: [false],
  sliding_window: [],
  use_sliding_window: [false],
  query_pre_attn_scalar: [],
  attn_logit_softcapping: [],
  final_logit_softcapping: [],
  // Training with attention dropout would need its masks drawn.
  attention_dropout: [0],
  use_bidirectional_attention: [false],
  partial_rotary_factor: [1],
  rope_interleaved: [false],
  use_mrope: [false],
  quantization_config: [],
  per_layer_config: [],
  is_encoder_decoder: [false],
  add_cross_attention: [false],
  // Of families that are built on these: Granite, Cohere, SmolLM3, Mixtral.
  embedding_multiplier: [1],
  residual_multiplier: [1],
  attention_multiplier: [],
  logits_scaling: [1],
  logit_scale: [1],
  use_qk_norm: [false],
  no_rope_layers: [],
  num_local_experts: [],
  num_experts: [],
};

/** The features of a model. Refuses every field that changes the arithmetic and is not computed. */
export function readFeatures(family: ModelFamily, fields: ConfigFields, refuse: Refuse): Features {
  const { reads, features } = families[family];
  for (const [field, neutral] of Object.entries(neutralValues))
    if (!reads.includes(field) && fields[field] != null && !neutral.includes(fields[field]))
      refuse(field, fields[field], neutral.length > 0 ? neutral.join(', ') : 'null');
  const ownCode = (fields['auto_map'] as Record<string, unknown> | null | undefined)?.[
    'AutoModelForCausalLM'
  ];
  if (ownCode != null) refuse('auto_map.AutoModelForCausalLM', ownCode, 'models without code of their own');
  return {
    activation: readActivation(family, fields, refuse),
    biases: [],
    windows: readWindows(family, fields, refuse),
    queryKeyNorms: false,
    postNorms: false,
    normsAddOne: false,
    embeddingScale: 1,
    ...features(fields),
  };
}

const activations: Readonly<Record<string, Features['activation']>> = {
  silu: 'silu',
  swish: 'silu',
  gelu_pytorch_tanh: 'gelu_tanh',
  gelu_python_tanh: 'gelu_tanh',
};

function readActivation(family: ModelFamily, fields: ConfigFields, refuse: Refuse): Features['activation'] {
  const field = family === 'gemma2' ? 'hidden_activation' : 'hidden_act';
  const name = fields[field] ?? 'silu';
  return activations[name] ?? refuse(field, name, Object.keys(activations).join(', '));
}

/** The window of every layer. `layer_types` decides where the family reads it; elsewhere it may only repeat what is so. */
function readWindows(family: ModelFamily, fields: ConfigFields, refuse: Refuse): readonly Window[] {
  const { reads, window, slides } = families[family];
  const length = window?.(fields) ?? undefined;
  const implied = Array.from({ length: fields.num_hidden_layers }, (_, layer) =>
    length !== undefined && slides?.(layer, fields) ? 'sliding_attention' : 'full_attention',
  );
  const types = fields.layer_types ?? implied;
  if (types.length !== implied.length || (!reads.includes('layer_types') && types.join() !== implied.join()))
    refuse('layer_types', types, implied.join(', '));
  return types.map((type) => {
    if (type === 'full_attention') return undefined;
    if (type !== 'sliding_attention') return refuse('layer_types', type, 'full_attention, sliding_attention');
    return length ?? refuse('layer_types', type, 'full_attention where no sliding window is set');
  });
}
