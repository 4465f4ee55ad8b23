/** What a model's shape and features are called in a GGUF file (conversion/*.py and src/llama-arch.cpp of llama.cpp). */
import type { GgufTensor, GgufValue } from '../formats/gguf.ts';
import type { ModelConfig } from '../model/config.ts';
import { ropeFrequencies } from '../model/rope.ts';
import { architectures, servedContext } from './llama-architecture.ts';

const fileTypes = { f16: 1, q8_0: 7 } as const;
const quantizationVersion = 2;
/** gemma2's graph always caps; a score s becomes cap · tanh(s / cap), which is s in float32 under so high a cap. */
const noCap = 1e6;

const count = (value: number): GgufValue => ({ type: 'uint32', value });
const float = (value: number): GgufValue => ({ type: 'float32', value });
const string = (value: string): GgufValue => ({ type: 'string', value });

/** All metadata but the tokenizer's. */
export function modelMetadata(config: ModelConfig, type: 'f16' | 'q8_0'): [string, GgufValue][] {
  const { name } = architectures[config.family];
  return [
    ['general.architecture', string(name)],
    ['general.type', string('model')],
    ['general.file_type', count(fileTypes[type])],
    ['general.quantization_version', count(quantizationVersion)],
    ...[...sizes(config), ...features(config)].map(([key, value]): [string, GgufValue] => [
      `${name}.${key}`,
      value,
    ]),
  ];
}

function sizes(config: ModelConfig): [string, GgufValue][] {
  return [
    ['block_count', count(config.layers)],
    ['context_length', count(servedContext(config))],
    ['embedding_length', count(config.hiddenSize)],
    ['feed_forward_length', count(config.intermediateSize)],
    ['attention.head_count', count(config.heads)],
    ['attention.head_count_kv', count(config.keyValueHeads)],
    ['attention.key_length', count(config.headDim)],
    ['attention.value_length', count(config.headDim)],
    ['attention.layer_norm_rms_epsilon', float(config.rmsEpsilon)],
    ['rope.freq_base', float(config.ropeTheta)],
    ['rope.dimension_count', count(config.headDim)],
    ['vocab_size', count(config.vocabularySize)],
  ];
}

function features(config: ModelConfig): [string, GgufValue][] {
  const { family, ropeScaling, windows, attentionSoftCap = noCap, logitSoftCap = noCap } = config;
  const entries: [string, GgufValue][] = [];
  if (ropeScaling?.type === 'linear')
    entries.push(['rope.scaling.type', string('linear')], ['rope.scaling.factor', float(ropeScaling.factor)]);
  if (family === 'gemma2')
    entries.push(
      ['attn_logit_softcapping', float(attentionSoftCap)],
      ['final_logit_softcapping', float(logitSoftCap)],
    );
  const window = windows.find((length) => length !== undefined);
  if (architectures[family].windows)
    entries.push(
      // Where no layer slides, any length does.
      ['attention.sliding_window', count(window ?? config.maxPositions)],
      [
        'attention.sliding_window_pattern',
        { type: 'array', of: 'bool', values: windows.map((length) => length !== undefined) },
      ],
    );
  return entries;
}

/** Tensors beside the weights: llama3 scaling is what each rotary frequency is divided by, [headDim / 2]. */
export function extraTensors({ ropeScaling, ...config }: ModelConfig): GgufTensor[] {
  if (ropeScaling?.type !== 'llama3') return [];
  const scaled = ropeFrequencies({ ...config, ropeScaling });
  const factors = ropeFrequencies(config).map((frequency, i) => frequency / scaled[i]!);
  return [{ name: 'rope_freqs.weight', type: 'F32', shape: [factors.length], data: async () => factors }];
}
