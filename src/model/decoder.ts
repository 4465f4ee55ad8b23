/** The decoder of every family as a graph: token ids in, hidden states and logits out. What differs is data of ModelConfig. */
import { add, concat, gather, geluTanh, mul, reshape, rmsNorm, rope, scalar, silu } from '../graph/ops.ts';
import { sizeOf } from '../graph/tensor.ts';
import type { Tensor } from '../graph/tensor.ts';
import { attention } from './attention.ts';
import { embeddingName } from './config.ts';
import type { ModelConfig } from './config.ts';
import type { OutputProjection } from './log-probabilities.ts';
import { packedMasks } from './packed-masks.ts';
import type { QueryBlock } from './packed-masks.ts';
import type { Prefix } from './prefix.ts';
import { ropeTables } from './rope.ts';

/** How the builder gets at weights: a parameter by its checkpoint name, and x·Wᵀ + b (with an adapter, if there is one). */
export type Weights = {
  parameter: (name: string) => Tensor;
  /** `x` [N, in] through linear layers that all read it (checkpoint names without `.weight`) → [N, out] of each. */
  linears: (x: Tensor, modules: readonly string[]) => Tensor[];
  /** The output projection [vocabulary, hidden], with an adapter, if there is one. */
  head: Tensor;
  /** Trained keys and values before every example, in a model with a tuned prefix. */
  prefix?: Prefix | undefined;
  /** What training adds to the (scaled) embeddings [B, T, hidden]. */
  noise?: (embedded: Tensor) => Tensor;
  /** How training runs a layer on its input, where not plainly. */
  layer?: (layer: (x: Tensor) => Tensor, x: Tensor) => Tensor;
};

/**
 * Packed rows of tokens, all [B, T] int64: `positions` restart and `segments` change with every example. `branches`, of
 * preference pairs, is 1 in the chosen answer and 2 in the rejected one, which must not see the other.
 */
export type PackedInputs = { tokens: Tensor; positions: Tensor; segments: Tensor; branches?: Tensor };

/** Hidden states after the last norm, [B·T, hidden]. */
export function decoderHidden(config: ModelConfig, weights: Weights, inputs: PackedInputs): Tensor {
  const [rows, length] = inputs.tokens.shape as [number, number];
  const { prefix } = weights;
  const maskOf = packedMasks(inputs, config, prefix?.tokens);
  const { cos, sin } = ropeTables(config, length, prefix?.tokens);
  const decoder: Decoder = {
    config,
    weights,
    rows,
    length,
    turn: (heads) => rope(heads, inputs.positions, cos, sin),
    norm: (x, name) => {
      const weight = weights.parameter(`${name}.weight`);
      return rmsNorm(x, config.normsAddOne ? add(weight, scalar(1)) : weight, config.rmsEpsilon);
    },
  };
  const embedded = gather(weights.parameter(embeddingName), inputs.tokens);
  const scaled = config.embeddingScale === 1 ? embedded : mul(embedded, scalar(config.embeddingScale));
  const states = reshape(weights.noise?.(scaled) ?? scaled, [rows * length, config.hiddenSize]);
  const run = weights.layer ?? ((layer, x) => layer(x));
  const last = config.windows.reduce(
    (x, window, layer) => run((input) => decoderLayer(decoder, input, layer, maskOf(window)), x),
    states,
  );
  return decoder.norm(last, 'model.norm');
}

/** What every layer needs. */
type Decoder = {
  config: ModelConfig;
  weights: Weights;
  rows: number;
  length: number;
  /** Heads [B, T, heads · headDim] turned by their positions. */
  turn: (heads: Tensor) => Tensor;
  /** `x` under the norm of that name. */
  norm: (x: Tensor, name: string) => Tensor;
};

/** Attention and MLP, each added to the stream [B·T, hidden]. */
function decoderLayer(decoder: Decoder, input: Tensor, layer: number, blocks: readonly QueryBlock[]): Tensor {
  const { config, norm } = decoder;
  const block = `model.layers.${layer}`;
  /** What is added to the stream: normed first where the family has norms on both sides. */
  const residual = (branch: Tensor, normName: string): Tensor =>
    config.postNorms ? norm(branch, `${block}.${normName}`) : branch;
  const attended = selfAttention(decoder, norm(input, `${block}.input_layernorm`), layer, blocks);
  const x = add(input, residual(attended, 'post_attention_layernorm'));
  // With norms on both sides, post_attention_layernorm stands after attention and the MLP has one of its own.
  const m = norm(x, `${block}.${config.postNorms ? 'pre_feedforward' : 'post_attention'}_layernorm`);
  return add(x, residual(feedForward(decoder, m, block), 'post_feedforward_layernorm'));
}

/** [B·T, hidden] to the same. */
function selfAttention(decoder: Decoder, x: Tensor, layer: number, blocks: readonly QueryBlock[]): Tensor {
  const { config, weights, rows, length, norm, turn } = decoder;
  const block = `model.layers.${layer}.self_attn`;
  /** Heads [B·T, heads · headDim] normed one by one where the family does so, and turned. */
  const turned = (heads: Tensor, normName: string): Tensor => {
    const normed = config.queryKeyNorms
      ? norm(reshape(heads, [sizeOf(heads.shape) / config.headDim, config.headDim]), `${block}.${normName}`)
      : heads;
    return turn(reshape(normed, [rows, length, heads.shape[1]!]));
  };
  const [q, k, v] = weights.linears(x, [`${block}.q_proj`, `${block}.k_proj`, `${block}.v_proj`]);
  const keys = turned(k!, 'k_norm');
  const values = reshape(v!, keys.shape);
  const before = weights.prefix?.layer(layer, rows);
  const mixed = attention(
    turned(q!, 'q_norm'),
    before ? concat([before.keys, keys], 1) : keys,
    before ? concat([before.values, values], 1) : values,
    blocks,
    config,
  );
  const joined = reshape(mixed, [rows * length, config.heads * config.headDim]);
  return weights.linears(joined, [`${block}.o_proj`])[0]!;
}

/** The gated MLP, [B·T, hidden] to the same. */
function feedForward({ config, weights }: Decoder, x: Tensor, block: string): Tensor {
  const activate = { silu, gelu_tanh: geluTanh }[config.activation];
  const [gate, up] = weights.linears(x, [`${block}.mlp.gate_proj`, `${block}.mlp.up_proj`]);
  return weights.linears(mul(activate(gate!), up!), [`${block}.mlp.down_proj`])[0]!;
}

/** How hidden states become logits (see log-probabilities.ts). */
export function outputProjection(config: ModelConfig, weights: Weights): OutputProjection {
  return { table: weights.head, softCap: config.logitSoftCap };
}
