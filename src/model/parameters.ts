import { add, constant, input, matmul } from '../graph/ops.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { ModelConfig } from './config.ts';
import type { Weights } from './decoder.ts';
import { adaptedModules, loraName, withAdapter } from './lora.ts';
import type { LoraConfig } from './lora.ts';

/** A tensor of a model, held as float32. */
export type Parameter = { name: string; shape: readonly number[]; data: Float32Array };

/** A base model, and the adapter on it if there is one. */
export type LanguageModel = {
  config: ModelConfig;
  /** By checkpoint name. */
  base: ReadonlyMap<string, Parameter>;
  adapter?: { config: LoraConfig; parameters: readonly Parameter[] };
};

/** What training changes: the adapter's matrices, or without an adapter every weight. */
export function trainableParameters(model: LanguageModel): readonly Parameter[] {
  return model.adapter?.parameters ?? [...model.base.values()];
}

/**
 * A model's weights as graph tensors: trainable ones as inputs, named as in the checkpoint; the others as constants.
 * `trainable` lists the inputs in the order of trainableParameters.
 */
export function graphWeights(
  model: LanguageModel,
  { training }: { training: boolean },
): { weights: Weights; trainable: Tensor[] } {
  const inputs = new Map(trainableParameters(model).map(({ name, shape }) => [name, input(name, shape)]));
  const constants = new Map<string, Tensor>();
  const parameter = (name: string): Tensor => {
    const known = inputs.get(name) ?? constants.get(name);
    if (known) return known;
    const { data, shape } = model.base.get(name)!;
    const tensor = constant(data, shape, name);
    constants.set(name, tensor);
    return tensor;
  };
  const lora = model.adapter?.config;
  const adapted = new Set(lora ? adaptedModules(model.config, lora).map(({ module }) => module) : []);
  const linear = (x: Tensor, module: string): Tensor => {
    const product = matmul(x, parameter(`${module}.weight`), { transB: true });
    const bias = `${module}.bias`;
    const y = model.base.has(bias) ? add(product, parameter(bias)) : product;
    if (!lora || !adapted.has(module)) return y;
    const [a, b] = [inputs.get(loraName(module, 'A'))!, inputs.get(loraName(module, 'B'))!];
    return withAdapter(y, x, { module, a, b, lora, training });
  };
  const linears = (x: Tensor, modules: readonly string[]): Tensor[] =>
    modules.map((module) => linear(x, module));
  return { weights: { parameter, linears }, trainable: [...inputs.values()] };
}
