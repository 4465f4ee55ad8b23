/**
 * Prefix tuning (Li and Liang, arXiv 2101.00190): trained keys and values that stand before every example, in every layer.
 * In the layout of PEFT: row t of `prompt_embeddings` holds, layer by layer, the keys and then the values of virtual
 * token t, as they are after the rotary embedding. The text after P virtual tokens has positions P, P + 1 ...
 */
import { seededRandom } from '../base/random.ts';
import { expand, reshape, slice } from '../graph/ops.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { AdapterTensor } from './adapter.ts';
import type { ModelConfig } from './config.ts';
import type { Parameter } from './parameters.ts';

export type PrefixConfig = {
  /** Virtual tokens P. */
  tokens: number;
};

export const prefixName = 'prompt_embeddings';

/** The one tensor of a prefix, [P, layers · 2 · keyValueHeads · headDim]. */
export function prefixTensors(
  { layers, keyValueHeads, headDim }: ModelConfig,
  { tokens }: PrefixConfig,
): AdapterTensor[] {
  return [{ name: prefixName, shape: [tokens, layers * 2 * keyValueHeads * headDim] }];
}

/** PEFT's start: standard normal values. */
export function newPrefix(config: ModelConfig, prefix: PrefixConfig, seed: number): Parameter[] {
  const random = seededRandom(seed, 'prefix');
  return prefixTensors(config, prefix).map(({ name, shape }) => {
    const data = Float32Array.from({ length: shape[0]! * shape[1]! }, () => random.normal());
    return { name, shape, data };
  });
}

/** What attention sees of a prefix. */
export type Prefix = {
  tokens: number;
  /** A layer's keys and values, [rows, P, keyValueHeads·headDim] each: the same in every row. */
  layer: (layer: number, rows: number) => { keys: Tensor; values: Tensor };
};

/** A prefix's tensor, laid out as in prefixTensors, cut into the keys and values of every layer. */
export function prefixStates({ keyValueHeads, headDim }: ModelConfig, embeddings: Tensor): Prefix {
  const tokens = embeddings.shape[0]!;
  const width = keyValueHeads * headDim;
  const part = (index: number, rows: number): Tensor => {
    const states = slice(embeddings, 1, index * width, (index + 1) * width);
    return expand(reshape(states, [1, tokens, width]), [rows, tokens, width]);
  };
  return {
    tokens,
    layer: (layer, rows) => ({ keys: part(2 * layer, rows), values: part(2 * layer + 1, rows) }),
  };
}
