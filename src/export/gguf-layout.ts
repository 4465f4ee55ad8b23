/**
 * How a model's tensors are called and laid out in Hugging Face files and in GGUF.
 * The names are those of llama.cpp's gguf-py/gguf/tensor_mapping.py.
 */
import type { ModelConfig } from '../model/config.ts';
import { architectures } from './llama-architecture.ts';

const layerNames: Readonly<Record<string, string>> = {
  input_layernorm: 'attn_norm',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.o_proj': 'attn_output',
  'self_attn.q_norm': 'attn_q_norm',
  'self_attn.k_norm': 'attn_k_norm',
  post_attention_layernorm: 'ffn_norm',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
};
/** With norms on both sides the name that stood before the MLP stands after attention. */
const postNormNames: Readonly<Record<string, string>> = {
  ...layerNames,
  post_attention_layernorm: 'post_attention_norm',
  pre_feedforward_layernorm: 'ffn_norm',
  post_feedforward_layernorm: 'post_ffw_norm',
};
const modelNames: Readonly<Record<string, string>> = {
  'model.embed_tokens': 'token_embd',
  'model.norm': 'output_norm',
  lm_head: 'output',
};

/** The GGUF name of a checkpoint's tensor: `model.layers.0.self_attn.q_proj.bias` gives `blk.0.attn_q.bias`. */
export function ggufName(tensor: string, { postNorms }: ModelConfig): string {
  const [, module, kind] = /^(.+)\.(weight|bias)$/.exec(tensor)!;
  const [, layer, inner] = /^model\.layers\.(\d+)\.(.+)$/.exec(module!) ?? [];
  const name =
    layer === undefined
      ? modelNames[module!]
      : `blk.${layer}.${(postNorms ? postNormNames : layerNames)[inner!]}`;
  return `${name}.${kind}`;
}

/** A checkpoint's tensor with the values that llama.cpp's graph computes the same from. */
export function ggufValues(tensor: string, values: Float32Array, config: ModelConfig): Float32Array {
  // The graph multiplies norms by their weight alone.
  if (config.normsAddOne && tensor.endsWith('norm.weight')) return values.map((value) => 1 + value);
  return ggufOutputs(tensor.replace(/\.(weight|bias)$/, ''), values, config);
}

/** What a linear layer's outputs are made from (its weight, its bias, a LoRA's B) in llama.cpp's order and scale. */
export function ggufOutputs(module: string, rows: Float32Array, config: ModelConfig): Float32Array {
  const isQuery = module.endsWith('.self_attn.q_proj');
  if (!isQuery && !module.endsWith('.self_attn.k_proj')) return rows;
  const heads = isQuery ? config.heads : config.keyValueHeads;
  const ordered = architectures[config.family].interleavedRope
    ? interleaveRotaryRows(rows, heads, rows.length / (heads * config.headDim))
    : rows;
  const scale = isQuery ? queryScale(config) : 1;
  return scale === 1 ? ordered : ordered.map((value) => value * scale);
}

/**
 * What queries have to be multiplied by, because the graph's own scale is fixed: 1 / √headDim, or in gemma2 with the 46
 * layers of the 27B model 1 / √(hiddenSize / heads), whatever query_pre_attn_scalar says. Published models have 1.
 */
function queryScale({ attentionScale, layers, hiddenSize, heads, headDim }: ModelConfig): number {
  if (attentionScale === undefined) return 1;
  return attentionScale * Math.sqrt(layers === 46 ? Math.floor(hiddenSize / heads) : headDim);
}

/**
 * Re-orders rows [heads * headDim, columns] from Hugging Face's rotary layout, where dimension i turns with i + headDim/2,
 * to llama.cpp's, where neighbours turn together: row (head, half, i) goes to row (head, i, half).
 */
export function interleaveRotaryRows(
  rows: Float32Array,
  heads: number,
  columns: number,
): Float32Array<ArrayBuffer> {
  const half = rows.length / columns / heads / 2;
  const result = new Float32Array(rows.length);
  for (let head = 0; head < heads; head++)
    for (let side = 0; side < 2; side++)
      for (let i = 0; i < half; i++) {
        const from = (head * 2 * half + side * half + i) * columns;
        const to = (head * 2 * half + i * 2 + side) * columns;
        result.set(rows.subarray(from, from + columns), to);
      }
  return result;
}
