/** The Llama architecture (arXiv 2302.13971) as a graph: token ids in, hidden states and logits out. */
import { add, constant, gather, matmul, mul, reshape, rmsNorm, rope, silu } from '../graph/ops.ts';
import type { Tensor } from '../graph/tensor.ts';
import { attention, packedCausalMask } from './attention.ts';
import type { ModelConfig } from './config.ts';

/** How the builder gets at weights: a parameter by its checkpoint name, and x·Wᵀ (with an adapter, if there is one). */
export type Weights = {
  parameter: (name: string) => Tensor;
  /** `x` [N, in] through linear layers that all read it (checkpoint names without `.weight`) → [N, out] of each. */
  linears: (x: Tensor, modules: readonly string[]) => Tensor[];
};

/** Packed rows of tokens, all [B, T] int64: `positions` restart and `segments` change with every example. */
export type PackedInputs = { tokens: Tensor; positions: Tensor; segments: Tensor };

/** Hidden states after the last norm, [B·T, hidden]. */
export function llamaHidden(config: ModelConfig, weights: Weights, inputs: PackedInputs): Tensor {
  const [rows, length] = inputs.tokens.shape as [number, number];
  const { hiddenSize, rmsEpsilon } = config;
  const mask = packedCausalMask(inputs.segments, config);
  const { cos, sin } = ropeTables(config, length);
  const turn = (x: Tensor): Tensor =>
    rope(reshape(x, [rows, length, x.shape[1]!]), inputs.positions, cos, sin);
  const norm = (x: Tensor, name: string): Tensor =>
    rmsNorm(x, weights.parameter(`${name}.weight`), rmsEpsilon);

  const embedded = gather(weights.parameter('model.embed_tokens.weight'), inputs.tokens);
  let x = reshape(embedded, [rows * length, hiddenSize]);
  for (let layer = 0; layer < config.layers; layer++) {
    const block = `model.layers.${layer}`;
    const linears = (input: Tensor, ...names: string[]): Tensor[] =>
      weights.linears(
        input,
        names.map((name) => `${block}.${name}`),
      );

    const a = norm(x, `${block}.input_layernorm`);
    const [q, k, v] = linears(a, 'self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj');
    const [queries, keys] = [turn(q!), turn(k!)];
    const mixed = attention(queries, keys, reshape(v!, keys.shape), mask, config);
    const [attended] = linears(
      reshape(mixed, [rows * length, config.heads * config.headDim]),
      'self_attn.o_proj',
    );
    x = add(x, attended!);

    const m = norm(x, `${block}.post_attention_layernorm`);
    const [gate, up] = linears(m, 'mlp.gate_proj', 'mlp.up_proj');
    const [fed] = linears(mul(silu(gate!), up!), 'mlp.down_proj');
    x = add(x, fed!);
  }
  return norm(x, 'model.norm');
}

/** Logits [P, vocabulary] of hidden rows [P, hidden]. */
export function llamaLogits(config: ModelConfig, weights: Weights, hidden: Tensor): Tensor {
  const table = config.tiedEmbeddings ? 'model.embed_tokens.weight' : 'lm_head.weight';
  return matmul(hidden, weights.parameter(table), { transB: true });
}

/** cos and sin of position · theta^(-2i / headDim), each [positions, headDim / 2]. */
function ropeTables({ headDim, ropeTheta }: ModelConfig, positions: number): { cos: Tensor; sin: Tensor } {
  const half = headDim / 2;
  const cos = new Float32Array(positions * half);
  const sin = new Float32Array(positions * half);
  for (let position = 0; position < positions; position++)
    for (let i = 0; i < half; i++) {
      const angle = position * ropeTheta ** ((-2 * i) / headDim);
      cos[position * half + i] = Math.cos(angle);
      sin[position * half + i] = Math.sin(angle);
    }
  return {
    cos: constant(cos, [positions, half], 'rope.cos'),
    sin: constant(sin, [positions, half], 'rope.sin'),
  };
}
