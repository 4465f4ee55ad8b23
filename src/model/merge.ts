/** An adapter merged into the weights it changes. */
import { AttuneError } from '../base/errors.ts';
import { adapterTensors } from './adapter.ts';
import { baseWeight } from './base-weight.ts';
import { embeddingName, headName, weightShapes } from './config.ts';
import type { ModelConfig } from './config.ts';
import { adaptedModules, loraName, magnitudeName } from './lora.ts';
import type { AdaptedModule } from './lora.ts';
import type { LanguageModel, Parameter } from './parameters.ts';

/**
 * The shape of the merged model: that of the base, but that an adapter which changes one end of a table shared by
 * embeddings and output head parts the two. Throws AttuneError 'model' for a prefix, which has no place in weights.
 */
export function mergedConfig({ config, adapter }: LanguageModel): ModelConfig {
  if (adapter === undefined) return config;
  if (adapter.kind === 'prefix')
    throw new AttuneError('model', 'a prefix cannot be merged into its base: it is not a change of weights', {
      fix: 'Use the prefix beside the base.',
    });
  const changed = new Set<string | undefined>([
    ...adapterTensors(config, adapter).map(({ replaces }) => replaces),
    ...adaptedModules(config, adapter.config).map(({ module }) => `${module}.weight`),
  ]);
  const parted = changed.has(embeddingName) || changed.has(headName);
  return { ...config, tiedEmbeddings: config.tiedEmbeddings && !parted };
}

/**
 * Every weight of mergedConfig's model, one at a time: W + s·B·A, with DoRA's row lengths, and the biases and whole
 * modules that were trained. A matrix that is held in 4 bits counts with the values it stands for, and the merged one is
 * floats, as when PEFT merges and dequantises. Throws as mergedConfig does.
 */
export function* mergedParameters(model: LanguageModel): Generator<Parameter> {
  const { config, adapter } = model;
  const merged = mergedConfig(model);
  const tensors = new Map(adapter?.parameters.map((parameter) => [parameter.name, parameter]));
  const replacements = new Map(
    (adapter ? adapterTensors(config, adapter) : []).map(({ name, replaces }) => [replaces, name]),
  );
  const adapted = new Map(
    (adapter?.kind === 'lora' ? adaptedModules(config, adapter.config) : []).map((layer) => [
      `${layer.module}.weight`,
      layer,
    ]),
  );
  for (const name of weightShapes(merged).keys()) {
    const weight = { ...(tensors.get(replacements.get(name) ?? '') ?? baseWeight(model, name)), name };
    const layer = adapted.get(name);
    yield layer ? mergedMatrix(weight, layer, tensors) : weight;
  }
}

/** Sums are float64 and rounded once. */
function mergedMatrix(
  { name, shape, data }: Parameter,
  { module, outputSize, inputSize, rank, scale }: AdaptedModule,
  tensors: ReadonlyMap<string, Parameter>,
): Parameter {
  const a = tensors.get(loraName(module, 'A'))!.data;
  const b = tensors.get(loraName(module, 'B'))!.data;
  const magnitude = tensors.get(magnitudeName(module))?.data;
  const merged = new Float32Array(data.length);
  const row = new Float64Array(inputSize);
  for (let out = 0; out < outputSize; out++) {
    const start = out * inputSize;
    row.set(data.subarray(start, start + inputSize));
    for (let r = 0; r < rank; r++) {
      const factor = scale * b[out * rank + r]!;
      for (let i = 0; i < inputSize; i++) row[i]! += factor * a[r * inputSize + i]!;
    }
    if (magnitude) {
      const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
      for (let i = 0; i < inputSize; i++) row[i]! *= magnitude[out]! / length;
    }
    merged.set(row, start);
  }
  return { name, shape, data: merged };
}
