/**
 * The model families as a table: what each reads of config.json beyond the sizes that all have, and what the file
 * leaves out. Names and defaults are those of transformers' configuration classes; the arithmetic is decoder.ts.
 */
import type { ConfigFields } from './config-fields.ts';
import type { Window } from './packed-masks.ts';

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
