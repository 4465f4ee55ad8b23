/** The features of a model, from config.json: what its family computes is read, everything else refused. */
import type { ConfigFields, Refuse } from './config-fields.ts';
import { families } from './families.ts';
import type { Features, ModelFamily } from './families.ts';
import type { Window } from './packed-masks.ts';

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
