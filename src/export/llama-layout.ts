/**
 * How a Llama model's tensors are called and laid out in Hugging Face files and in GGUF.
 * The names are those of llama.cpp's gguf-py/gguf/tensor_mapping.py.
 */
import { blockLinears, type ModelConfig } from '../model/config.ts';

const layerNames: Record<string, string> = {
  input_layernorm: 'attn_norm',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.o_proj': 'attn_output',
  post_attention_layernorm: 'ffn_norm',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
};
const modelNames: Record<string, string> = {
  'model.embed_tokens': 'token_embd',
  'model.norm': 'output_norm',
  lm_head: 'output',
};

/** The GGUF name of a module (`model.layers.0.self_attn.q_proj` gives `blk.0.attn_q`), or undefined when there is none. */
export function ggufModuleName(module: string): string | undefined {
  const [, layer, inner] = /^model\.layers\.(\d+)\.(.+)$/.exec(module) ?? [];
  if (layer === undefined || inner === undefined) return modelNames[module];
  const name = layerNames[inner];
  return name && `blk.${layer}.${name}`;
}

/** Every weight that a model of this shape has, in Hugging Face's name and shape, in the order they are written. */
export function llamaWeights(config: ModelConfig): { module: string; shape: readonly number[] }[] {
  const { hiddenSize, vocabularySize } = config;
  const weights: { module: string; shape: readonly number[] }[] = [
    { module: 'model.embed_tokens', shape: [vocabularySize, hiddenSize] },
    { module: 'model.norm', shape: [hiddenSize] },
  ];
  if (!config.tiedEmbeddings) weights.push({ module: 'lm_head', shape: [vocabularySize, hiddenSize] });
  const norms = { input_layernorm: [hiddenSize], post_attention_layernorm: [hiddenSize] };
  for (let layer = 0; layer < config.layers; layer++)
    for (const [inner, shape] of Object.entries({ ...norms, ...blockLinears(config) }))
      weights.push({ module: `model.layers.${layer}.${inner}`, shape });
  return weights;
}

/** Heads whose rows must be re-ordered for this module, or undefined for modules that stay as they are. */
export function rotaryHeads(module: string, config: ModelConfig): number | undefined {
  if (module.endsWith('.self_attn.q_proj')) return config.heads;
  if (module.endsWith('.self_attn.k_proj')) return config.keyValueHeads;
  return undefined;
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
