import { checkpoint } from '../graph/gradient-checkpointing.ts';
import { add, constant, input, matmul } from '../graph/ops.ts';
import type { Tensor } from '../graph/tensor.ts';
import { adapterTensors } from './adapter.ts';
import type { Adapter } from './adapter.ts';
import { baseWeight } from './base-weight.ts';
import type { ModelConfig } from './config.ts';
import { headName } from './config.ts';
import { squaredRowNorms } from './dora.ts';
import type { Weights } from './decoder.ts';
import { adaptedLinear, adaptedModules, adaptedWeight, loraName, magnitudeName } from './lora.ts';
import type { AdaptedLinear, AdaptedModule } from './lora.ts';
import { quantisedProduct } from './quantised.ts';
import type { QuantisedMatrix } from './quantised.ts';
import { prefixName, prefixStates } from './prefix.ts';

/** A tensor of a model, held as float32. */
export type Parameter = { name: string; shape: readonly number[]; data: Float32Array };

/** A base model, and the adapter on it if there is one. */
export type LanguageModel = {
  config: ModelConfig;
  /** By checkpoint name. */
  base: ReadonlyMap<string, Parameter>;
  /** Frozen matrices that are held in 4 bits, and are then not in `base`. */
  quantised?: ReadonlyMap<string, QuantisedMatrix>;
  adapter?: Adapter;
  /** In training: noise of this strength on the embeddings (NEFTune), an input drawn outside the graph. */
  neftuneAlpha?: number | undefined;
  /** In training: of each layer only its input is kept, and the backward pass computes the rest again. */
  gradientCheckpointing?: boolean | undefined;
};

/** Name of the graph input that is added to the embeddings, [B, T, hidden]. */
export const embeddingNoiseName = 'embedding_noise';

/** What training changes: the adapter's tensors, or without an adapter every weight. */
export function trainableParameters(model: LanguageModel): readonly Parameter[] {
  return model.adapter?.parameters ?? [...model.base.values()];
}

/**
 * A model's weights as graph tensors: trainable ones as inputs, named as in their file; the others as constants.
 * `trainable` lists the inputs in the order of trainableParameters.
 */
export function graphWeights(
  model: LanguageModel,
  { training }: { training: boolean },
): { weights: Weights; trainable: Tensor[] } {
  const inputs = new Map(trainableParameters(model).map(({ name, shape }) => [name, input(name, shape)]));
  const replaced = replacedWeights(model);
  const constants = new Map<string, Tensor>();
  const parameter = (use: string): Tensor => {
    const replacement = replaced.get(use);
    if (replacement !== undefined) return inputs.get(replacement)!;
    const { name, data, shape } = baseWeight(model, use);
    const known = inputs.get(name) ?? constants.get(name);
    if (known) return known;
    const tensor = constant(data, shape, name);
    constants.set(name, tensor);
    return tensor;
  };
  const product = (x: Tensor, module: string): Tensor => {
    const name = `${module}.weight`;
    const quantised = replaced.has(name) ? undefined : model.quantised?.get(name);
    return quantised ? quantisedProduct(x, quantised) : matmul(x, parameter(name), { transB: true });
  };
  const adapters = adaptedLinears(model, { inputs, product, training });
  const head = adapters.get('lm_head');
  const linear = (x: Tensor, module: string): Tensor => {
    const adapter = adapters.get(module);
    const y = adapter ? adaptedLinear(x, adapter) : product(x, module);
    return model.base.has(`${module}.bias`) ? add(y, parameter(`${module}.bias`)) : y;
  };
  const linears = (x: Tensor, modules: readonly string[]): Tensor[] =>
    modules.map((module) => linear(x, module));
  const embeddings = inputs.get(prefixName);
  const prefix = embeddings && prefixStates(model.config, embeddings);
  const noise = (embedded: Tensor): Tensor => add(embedded, input(embeddingNoiseName, embedded.shape));
  const weights: Weights = {
    parameter,
    linears,
    head: head ? adaptedWeight(parameter(headName), head) : parameter(headName),
    prefix,
    ...(training && model.neftuneAlpha && { noise }),
    ...(training && model.gradientCheckpointing && { layer: checkpoint }),
  };
  return { weights, trainable: [...inputs.values()] };
}

/** From a base weight's name to the adapter's tensor that stands in for it. */
function replacedWeights({ config, adapter }: LanguageModel): ReadonlyMap<string, string> {
  const tensors = adapter ? adapterTensors(config, adapter) : [];
  return new Map(
    tensors.flatMap(({ name, replaces }) => (replaces === undefined ? [] : [[replaces, name] as const])),
  );
}

function adaptedLinears(
  model: LanguageModel,
  {
    inputs,
    product,
    training,
  }: {
    inputs: ReadonlyMap<string, Tensor>;
    product: (x: Tensor, module: string) => Tensor;
    training: boolean;
  },
): ReadonlyMap<string, AdaptedLinear> {
  if (model.adapter?.kind !== 'lora') return new Map();
  const lora = model.adapter.config;
  const layer = (adapted: AdaptedModule): AdaptedLinear => {
    const { module } = adapted;
    return {
      adapted,
      product: (x) => product(x, module),
      a: inputs.get(loraName(module, 'A'))!,
      b: inputs.get(loraName(module, 'B'))!,
      dora: lora.useDora ? doraInputs(model, module, inputs) : undefined,
      dropoutRate: training ? lora.dropout : 0,
    };
  };
  return new Map(adaptedModules(model.config, lora).map((adapted) => [adapted.module, layer(adapted)]));
}

function doraInputs(
  model: LanguageModel,
  module: string,
  inputs: ReadonlyMap<string, Tensor>,
): NonNullable<AdaptedLinear['dora']> {
  const squares = squaredRowNorms(baseWeight(model, `${module}.weight`));
  return {
    magnitude: inputs.get(magnitudeName(module))!,
    squaredNorms: constant(squares, [squares.length], `${module}.squared_norms`),
  };
}
