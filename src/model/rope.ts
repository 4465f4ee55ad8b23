/** Rotary position embedding (arXiv 2104.09864): what config.json says of it, and the tables of cos and sin. */
import { constant } from '../graph/ops.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { ConfigFields, Refuse } from './config-fields.ts';

/** How the frequencies are changed for contexts longer than those of pre-training; by transformers' `rope_type`. */
export type RopeScaling =
  | { type: 'linear'; factor: number }
  | {
      type: 'llama3';
      factor: number;
      lowFrequencyFactor: number;
      highFrequencyFactor: number;
      originalPositions: number;
    };

export type RopeConfig = { ropeTheta: number; ropeScaling?: RopeScaling };

const commonKeys = ['rope_theta', 'rope_type', 'type', 'partial_rotary_factor'];
const scalingKeys: Record<string, readonly string[]> = {
  default: [],
  linear: ['factor'],
  llama3: ['factor', 'low_freq_factor', 'high_freq_factor', 'original_max_position_embeddings'],
};

/** Reads `rope_parameters`, or the older `rope_theta` and `rope_scaling`. Refuses what the tables below do not compute. */
export function readRope(fields: ConfigFields, refuse: Refuse): RopeConfig {
  const name = fields.rope_scaling ? 'rope_scaling' : 'rope_parameters';
  if (fields.rope_scaling && fields.rope_parameters)
    refuse('rope_scaling', fields.rope_scaling, 'it or rope_parameters, not both');
  const rope = fields.rope_scaling ?? fields.rope_parameters ?? {};
  const type = rope['rope_type'] ?? rope['type'] ?? 'default';
  const keys = scalingKeys[String(type)];
  if (!keys) refuse(`${name}.rope_type`, type, Object.keys(scalingKeys).join(', '));
  for (const [key, value] of Object.entries(rope))
    if (![...commonKeys, ...keys].includes(key))
      refuse(`${name}.${key}`, value, `${[...commonKeys, ...keys].join(', ')} with rope_type ${type}`);
  if ((rope['partial_rotary_factor'] ?? 1) !== 1)
    refuse(`${name}.partial_rotary_factor`, rope['partial_rotary_factor'], '1');

  const positive = (key: string, otherwise?: number): number => {
    const value = rope[key] ?? otherwise;
    if (typeof value !== 'number' || !(value > 0) || value === Infinity)
      return refuse(`${name}.${key}`, value, 'a number above 0');
    return value;
  };
  const ropeTheta = positive('rope_theta', fields.rope_theta ?? 10_000);
  if (type === 'linear') return { ropeTheta, ropeScaling: { type, factor: positive('factor') } };
  if (type !== 'llama3') return { ropeTheta };
  const lowFrequencyFactor = positive('low_freq_factor');
  const highFrequencyFactor = positive('high_freq_factor');
  if (highFrequencyFactor <= lowFrequencyFactor)
    refuse(
      `${name}.high_freq_factor`,
      highFrequencyFactor,
      `more than low_freq_factor, ${lowFrequencyFactor}`,
    );
  const originalPositions =
    fields.original_max_position_embeddings ??
    positive('original_max_position_embeddings', fields.max_position_embeddings);
  return {
    ropeTheta,
    ropeScaling: {
      type,
      factor: positive('factor'),
      lowFrequencyFactor,
      highFrequencyFactor,
      originalPositions,
    },
  };
}

/** Angle per position of each pair of dimensions, [headDim / 2], rounded to float32 where transformers rounds. */
export function ropeFrequencies({
  headDim,
  ropeTheta,
  ropeScaling,
}: RopeConfig & { headDim: number }): Float32Array {
  return Float32Array.from({ length: headDim / 2 }, (_, i) => {
    const frequency = Math.fround(1 / Math.fround(ropeTheta ** Math.fround((2 * i) / headDim)));
    return ropeScaling ? scaled(frequency, ropeScaling) : frequency;
  });
}

/** transformers' modeling_rope_utils: `linear` divides all; `llama3` divides long waves, keeps short ones, blends between. */
function scaled(frequency: number, scaling: RopeScaling): number {
  if (scaling.type === 'linear') return frequency / scaling.factor;
  const { factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalPositions } = scaling;
  const turns = (originalPositions * frequency) / (2 * Math.PI);
  const kept = Math.min(1, Math.max(0, (turns - low) / (high - low)));
  return ((1 - kept) * frequency) / factor + kept * frequency;
}

/** cos and sin of (start + row) · frequency, each [rows, headDim / 2]. */
export function ropeTables(
  config: RopeConfig & { headDim: number },
  rows: number,
  start = 0,
): { cos: Tensor; sin: Tensor } {
  const frequencies = ropeFrequencies(config);
  const half = frequencies.length;
  const [cos, sin] = [new Float32Array(rows * half), new Float32Array(rows * half)];
  for (let row = 0; row < rows; row++)
    for (const [i, frequency] of frequencies.entries()) {
      const angle = Math.fround((start + row) * frequency);
      cos[row * half + i] = Math.cos(angle);
      sin[row * half + i] = Math.sin(angle);
    }
  return {
    cos: constant(cos, [rows, half], 'rope.cos'),
    sin: constant(sin, [rows, half], 'rope.sin'),
  };
}
