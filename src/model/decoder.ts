/** The decoder of every family as a graph: token ids in, hidden states and logits out. What differs is data of ModelConfig. */
import { add, concat, gather, geluTanh, mul, reshape, rmsNorm, rope, scalar, silu } from '../graph/ops.ts';
import { sizeOf } from '../graph/tensor.ts';
import type { Tensor } from '../graph/tensor.ts';
import { attention } from './attention.ts';
import { embeddingName } from './config.ts';
import type { ModelConfig } from './config.ts';
import type { OutputProjection } from './log-probabilities.ts';
import { packedMasks } from './packed-masks.ts';
import type { Window } from './packed-masks.ts';
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
  const activate = { silu, gelu_tanh: geluTanh }[config.activation];
  const norm = (x: Tensor, name: string): Tensor => {
    const weight = weights.parameter(`${name}.weight`);
    return rmsNorm(x, config.normsAddOne ? add(weight, scalar(1)) : weight, config.rmsEpsilon);
  };

  const embedded = gather(weights.parameter(embeddingName), inputs.tokens);
  const scaled = config.embeddingScale === 1 ? embedded : mul(embedded, scalar(config.embeddingScale));
  const states = reshape(weights.noise?.(scaled) ?? scaled, [rows * length, config.hiddenSize]);

  const decoderLayer = (input: Tensor, layer: number, window: Window): Tensor => {
    const block = `model.layers.${layer}`;
    const linears = (x: Tensor, ...names: string[]): Tensor[] =>
      weights.linears(
        x,
        names.map((name) => `${block}.${name}`),
      );
    /** Heads [B·T, heads · headDim] normed one by one where the family does so, and turned by their positions. */
    const turned = (heads: Tensor, normName: string): Tensor => {
      const normed = config.queryKeyNorms
        ? norm(
            reshape(heads, [sizeOf(heads.shape) / config.headDim, config.headDim]),
            `${block}.self_attn.${normName}`,
          )
        : heads;
      return rope(reshape(normed, [rows, length, heads.shape[1]!]), inputs.positions, cos, sin);
    };
    /** What is added to the stream: normed first where the family has norms on both sides. */
    const residual = (branch: Tensor, normName: string): Tensor =>
      config.postNorms ? norm(branch, `${block}.${normName}`) : branch;

    const a = norm(input, `${block}.input_layernorm`);
    const [q, k, v] = linears(a, 'self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj');
    const keys = turned(k!, 'k_norm');
    const values = reshape(v!, keys.shape);
    const before = prefix?.layer(layer, rows);
    const mixed = attention(
      turned(q!, 'q_norm'),
      before ? concat([before.keys, keys], 1) : keys,
      before ? concat([before.values, values], 1) : values,
      maskOf(window),
      config,
    );
    const [attended] = linears(
      reshape(mixed, [rows * length, config.heads * config.headDim]),
      'self_attn.o_proj',
    );
    const x = add(input, residual(attended!, 'post_attention_layernorm'));

    // With norms on both sides, post_attention_layernorm stands after attention and the MLP has one of its own.
    const m = norm(x, `${block}.${config.postNorms ? 'pre_feedforward' : 'post_attention'}_layernorm`);
    const [gate, up] = linears(m, 'mlp.gate_proj', 'mlp.up_proj');
    const [fed] = linears(mul(activate(gate!), up!), 'mlp.down_proj');
    return add(x, residual(fed!, 'post_feedforward_layernorm'));
  };
  const run = weights.layer ?? ((layer, x) => layer(x));
  const last = config.windows.reduce(
    (x, window, layer) => run((input) => decoderLayer(input, layer, window), x),
    states,
  );
  return norm(last, 'model.norm');
}

/** How hidden states become logits (see log-probabilities.ts). */
export function outputProjection(config: ModelConfig, weights: Weights): OutputProjection {
  return { table: weights.head, softCap: config.logitSoftCap };
}
