/** The fields of config.json that some family reads, as transformers' configuration classes name them. */
import { z } from 'zod';

/** No size of a real model comes near: a stranger's file must not make us list a billion layers. */
const positive = z.int().positive().max(100_000_000);
const rope = z.record(z.string(), z.unknown()).nullish();

/** Fields that no family reads are kept, to be checked. */
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
