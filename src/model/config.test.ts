import { deepEqual, equal, match, ok, throws } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { AttuneError } from '../base/errors.ts';
import { blockLinears, parseModelConfig, weightShapes } from './config.ts';
import type { ModelConfig } from './config.ts';
import { families } from './families.ts';
import type { ModelFamily } from './families.ts';

const sizes = {
  hidden_size: 64,
  intermediate_size: 96,
  num_hidden_layers: 4,
  num_attention_heads: 8,
  num_key_value_heads: 2,
  vocab_size: 100,
  max_position_embeddings: 512,
  rms_norm_eps: 1e-6,
};
const parse = (family: ModelFamily, fields: Record<string, unknown> = {}): ModelConfig =>
  parseModelConfig(
    { architectures: [families[family].architecture], model_type: family, ...sizes, ...fields },
    'config.json',
  );
const llama3 = {
  rope_type: 'llama3',
  factor: 8,
  low_freq_factor: 1,
  high_freq_factor: 4,
  original_max_position_embeddings: 128,
};
const yarn = { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 128 };
const all = Object.keys(families) as ModelFamily[];

/** Families, a field that changes the arithmetic, its value, and what is supported. */
const refused: [readonly ModelFamily[], Record<string, unknown>, RegExp][] = [
  [
    all,
    { hidden_act: 'gelu', hidden_activation: 'gelu' },
    /hidden_act\w* = "gelu".*Supported: silu, swish, gelu_pytorch_tanh/s,
  ],
  [all, { rope_scaling: yarn }, /rope_scaling\.rope_type = "yarn".*Supported: default, linear, llama3/s],
  [all, { rope_parameters: { ...yarn, rope_theta: 1e4 } }, /rope_parameters\.rope_type = "yarn"/],
  [all, { rope_scaling: { type: 'dynamic', factor: 2 } }, /rope_scaling\.rope_type = "dynamic"/],
  [
    all,
    { rope_scaling: { rope_type: 'longrope', short_factor: [], long_factor: [] } },
    /rope_type = "longrope"/,
  ],
  [
    all,
    { rope_scaling: { rope_type: 'default', mrope_section: [16, 24, 24] } },
    /rope_scaling\.mrope_section = \[16,24,24\]/,
  ],
  [all, { rope_scaling: { rope_type: 'linear' } }, /rope_scaling\.factor = missing.*a number above 0/s],
  [all, { rope_scaling: { ...llama3, factor: '8' } }, /rope_scaling\.factor = "8"/],
  [
    all,
    { rope_scaling: { ...llama3, high_freq_factor: 1 } },
    /high_freq_factor = 1.*more than low_freq_factor, 1/s,
  ],
  [all, { rope_scaling: llama3, rope_parameters: llama3 }, /rope_scaling = .*not both/s],
  [
    all,
    { rope_parameters: { full_attention: { rope_type: 'default' } } },
    /rope_parameters\.full_attention = /,
  ],
  [
    all,
    { rope_parameters: { rope_theta: 1e4, partial_rotary_factor: 0.5 } },
    /partial_rotary_factor = 0\.5.*Supported: 1/s,
  ],
  [all, { partial_rotary_factor: 0.25 }, /partial_rotary_factor = 0\.25/],
  [all, { attention_dropout: 0.1 }, /attention_dropout = 0\.1.*Supported: 0/s],
  [all, { quantization_config: { quant_method: 'gptq' } }, /quantization_config = .*gptq.*Supported: null/s],
  [all, { use_bidirectional_attention: true }, /use_bidirectional_attention = true.*Supported: false/s],
  [all, { per_layer_config: { 0: {} } }, /per_layer_config/],
  [all, { is_encoder_decoder: true }, /is_encoder_decoder = true/],
  [
    all,
    { auto_map: { AutoModelForCausalLM: 'modeling_x.X' } },
    /auto_map\.AutoModelForCausalLM = "modeling_x\.X"/,
  ],
  [all, { layer_types: ['full_attention'] }, /layer_types = /],
  [all, { layer_types: Array(4).fill('chunked_attention') }, /layer_types = .*chunked_attention/],
  [
    ['mistral', 'qwen2', 'gemma2', 'qwen3'],
    { mlp_bias: true },
    /mlp_bias = true is not supported with \w+ForCausalLM/,
  ],
  [['mistral', 'qwen2'], { attention_bias: true }, /attention_bias = true.*Supported: false/s],
  [['llama'], { sliding_window: 4096 }, /sliding_window = 4096 .*LlamaForCausalLM.*Supported: null/s],
  [['llama', 'mistral', 'gemma2'], { use_sliding_window: true }, /use_sliding_window = true/],
  [['llama', 'mistral', 'qwen2', 'qwen3'], { attn_logit_softcapping: 50 }, /attn_logit_softcapping = 50/],
  [['llama', 'mistral', 'qwen2', 'qwen3'], { final_logit_softcapping: 30 }, /final_logit_softcapping = 30/],
  [['llama', 'mistral', 'qwen2', 'qwen3'], { query_pre_attn_scalar: 144 }, /query_pre_attn_scalar = 144/],
  [
    ['mistral'],
    { layer_types: ['full_attention', ...Array<string>(3).fill('sliding_attention')] },
    /layer_types/,
  ],
  [
    ['qwen2', 'qwen3'],
    { layer_types: Array(4).fill('sliding_attention') },
    /layer_types = "sliding_attention".*no sliding window/s,
  ],
  [
    ['gemma2'],
    { sliding_window: null, layer_types: Array(4).fill('sliding_attention') },
    /no sliding window/,
  ],
  [['llama'], { embedding_multiplier: 12 }, /embedding_multiplier = 12.*Supported: 1/s],
  [['llama'], { num_local_experts: 8 }, /num_local_experts = 8/],
  [all, { model_type: 'granite' }, /model_type = "granite" does not belong to \w+ForCausalLM/],
];

for (const [kinds, fields, message] of refused)
  test(`${Object.keys(fields).join(', ')} = ${JSON.stringify(Object.values(fields))} is refused with the reason`, () => {
    for (const family of kinds)
      throws(
        () => parse(family, fields),
        (error) => {
          ok(error instanceof AttuneError && error.code === 'model', String(error));
          match(`${error.message}\n${error.fix}`, message);
          return true;
        },
      );
  });

test('what is missing or malformed is named', () => {
  for (const name of Object.keys(sizes).filter((field) => field !== 'num_key_value_heads'))
    throws(() => parse('qwen2', { [name]: undefined }), {
      code: 'model',
      message: new RegExp(`config\\.json: ${name}: `),
    });
  throws(() => parse('llama', { attention_bias: 'yes' }), { code: 'model', message: /attention_bias: / });
  throws(() => parse('llama', { num_key_value_heads: 3 }), { code: 'model', message: /do not fit together/ });
  throws(() => parseModelConfig(null, 'config.json'), { code: 'model', message: /architectures is missing/ });
  throws(() => parse('llama', { architectures: ['MambaForCausalLM'] }), {
    code: 'model',
    message: /MambaForCausalLM is not supported yet/,
  });
});

test('what a file leaves out is what the configuration class of transformers takes', () => {
  const { num_key_value_heads: _, ...bare } = sizes;
  const of = (family: ModelFamily, fields: Record<string, unknown> = {}): ModelConfig =>
    parseModelConfig({ architectures: [families[family].architecture], ...bare, ...fields }, 'config.json');
  const heads = { num_attention_heads: 64, hidden_size: 64 * 8 };
  equal(of('llama').keyValueHeads, 8);
  equal(of('mistral').keyValueHeads, 8);
  equal(of('qwen2', heads).keyValueHeads, 32);
  equal(of('gemma2').keyValueHeads, 4);
  equal(of('qwen2', { ...heads, num_key_value_heads: null }).keyValueHeads, 64);
  deepEqual([of('llama').headDim, of('qwen3', heads).headDim, of('gemma2').headDim], [8, 128, 256]);
  deepEqual(
    all.map((family) => of(family, heads).tiedEmbeddings),
    all.map((family) => family === 'gemma2'),
  );
  deepEqual(of('mistral').windows, Array(4).fill(4096));
  deepEqual(of('gemma2').windows, [4096, undefined, 4096, undefined]);
  deepEqual(of('qwen2', heads).windows, Array(4).fill(undefined));
  const { attentionScale, attentionSoftCap, logitSoftCap, activation } = of('gemma2');
  deepEqual([attentionScale, attentionSoftCap, logitSoftCap, activation], [1 / 16, 50, 30, 'gelu_tanh']);
  equal(of('llama').ropeTheta, 10_000);
});

test('old and new spellings of the rotary settings mean the same', () => {
  const rope = ({ ropeTheta, ropeScaling }: ModelConfig): unknown => ({ ropeTheta, ropeScaling });
  const expected = {
    ropeTheta: 500_000,
    ropeScaling: {
      type: 'llama3',
      factor: 8,
      lowFrequencyFactor: 1,
      highFrequencyFactor: 4,
      originalPositions: 128,
    },
  };
  const { rope_type: type, ...old } = llama3;
  deepEqual(rope(parse('llama', { rope_theta: 5e5, rope_scaling: llama3 })), expected);
  deepEqual(rope(parse('llama', { rope_theta: 5e5, rope_scaling: { ...old, type } })), expected);
  deepEqual(rope(parse('llama', { rope_parameters: { ...llama3, rope_theta: 5e5 } })), expected);
  deepEqual(rope(parse('qwen2', { rope_scaling: null, rope_parameters: null })), {
    ropeTheta: 10_000,
    ropeScaling: undefined,
  });
});

test('windows follow use_sliding_window, max_window_layers and layer_types', () => {
  const on = { use_sliding_window: true, sliding_window: 7, max_window_layers: 3 };
  const layer_types = ['full_attention', 'sliding_attention', 'full_attention', 'sliding_attention'];
  for (const family of ['qwen2', 'qwen3'] as const) {
    deepEqual(parse(family, on).windows, [undefined, undefined, undefined, 7]);
    deepEqual(parse(family, { ...on, layer_types }).windows, [undefined, 7, undefined, 7]);
    deepEqual(parse(family, { ...on, use_sliding_window: false }).windows, Array(4).fill(undefined));
  }
  deepEqual(parse('mistral', { sliding_window: null }).windows, Array(4).fill(undefined));
  deepEqual(
    parse('llama', { layer_types: Array(4).fill('full_attention') }).windows,
    Array(4).fill(undefined),
  );
});

test('the tensors of a family are those of its features', () => {
  const inner = (family: ModelFamily, fields: Record<string, unknown> = {}): string[] =>
    [...weightShapes(parse(family, fields)).keys()].flatMap((name) =>
      name.startsWith('model.layers.3.') ? [name.slice('model.layers.3.'.length)] : [],
    );
  const biases = (names: string[]): string[] => names.filter((name) => name.endsWith('.bias'));
  equal(inner('llama').length, 9);
  equal(biases(inner('llama', { attention_bias: true })).length, 4);
  equal(biases(inner('llama', { attention_bias: true, mlp_bias: true })).length, 7);
  deepEqual(biases(inner('qwen2')), [
    'self_attn.q_proj.bias',
    'self_attn.k_proj.bias',
    'self_attn.v_proj.bias',
  ]);
  ok(inner('qwen3').includes('self_attn.k_norm.weight'));
  ok(inner('gemma2').includes('post_feedforward_layernorm.weight'));
  deepEqual(blockLinears(parse('qwen3', { head_dim: 12 }))['self_attn.o_proj'], [64, 96]);
});

type Published = {
  name: string;
  config: unknown;
  tensors: number;
  parameters: number;
  attentionScale: number;
  /** 0: no window. */
  windows: number[];
};
const file = new URL('../../test/golden/engine/families/published.json', import.meta.url);
const { models } = JSON.parse(readFileSync(file, 'utf8')) as { models: Published[] };
for (const { name, config, ...expected } of models)
  test(`${name}: config.json as it is published gives the model that transformers makes of it`, () => {
    const ours = parseModelConfig(config, name);
    const shapes = [...weightShapes(ours).values()];
    equal(shapes.length, expected.tensors);
    equal(
      shapes.reduce((total, shape) => total + shape.reduce((a, b) => a * b, 1), 0),
      expected.parameters,
    );
    deepEqual(
      ours.windows.map((window) => window ?? 0),
      expected.windows,
    );
    equal(ours.attentionScale ?? ours.headDim ** -0.5, expected.attentionScale);
  });
