/** An adapter merged into the weights it changes. */
import { AttuneError } from '../base/errors.ts';
import { adapterTensors } from './adapter.ts';
import { baseWeight } from './base-weight.ts';
import { weightShapes } from './config.ts';
import { adaptedModules, loraName, magnitudeName } from './lora.ts';
import type { AdaptedModule } from './lora.ts';
import type { LanguageModel, Parameter } from './parameters.ts';

/**
 * Every weight of the base with the adapter's part in it, one at a time: W + s·B·A, with DoRA's row lengths, and the
 * biases and whole modules that were trained. A matrix that is held in 4 bits counts with the values it stands for, and
 * the merged one is floats, as when PEFT merges and dequantises. Throws AttuneError 'model' for a prefix, which has no
 * place in weights, and for an adapter on an output head that shares its table with the embeddings.
 */
export function* mergedParameters(model: LanguageModel): Generator<Parameter> {
  const { config, adapter } = model;
  if (adapter?.kind === 'prefix') throw unmergeable('a prefix is not a change of weights');
  const tensors = new Map(adapter?.parameters.map((parameter) => [parameter.name, parameter]));
  const replacements = new Map(
    (adapter ? adapterTensors(config, adapter) : []).map(({ name, replaces }) => [replaces, name]),
  );
  const adapted = new Map(
    (adapter ? adaptedModules(config, adapter.config) : []).map((layer) => [`${layer.module}.weight`, layer]),
  );
  const head = 'lm_head.weight';
  if (config.tiedEmbeddings && (adapted.has(head) || replacements.has(head)))
    throw unmergeable('its output head has an adapter, but shares its table with the embeddings');
  for (const name of weightShapes(config).keys()) {
    const replacement = tensors.get(replacements.get(name) ?? '');
    const weight = replacement ? { ...replacement, name } : baseWeight(model, name);
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

function unmergeable(reason: string): AttuneError {
  return new AttuneError('model', `the adapter cannot be merged into its base: ${reason}`, {
    fix: 'Use the adapter beside the base.',
  });
}
