/**
 * Low-rank adapters (Hu et al., arXiv 2106.09685) with the meaning and the tensor names of PEFT:
 *
 *     y = x·Wᵀ + s · drop(x)·Aᵀ·Bᵀ      A [rank, in], B [out, rank], s = alpha / rank, or alpha / √rank when stabilised
 *
 * An adapter may also train biases and whole copies of other modules.
 */
import { add, dropout, input, matmul, mul, reshape } from '../graph/ops.ts';
import { seededRandom } from '../base/random.ts';
import type { Tensor } from '../graph/tensor.ts';
import type { AdapterTensor } from './adapter.ts';
import { blockLinears, embeddingName, headName, weightShapes } from './config.ts';
import type { ModelConfig } from './config.ts';
import { doraMagnitude, rowScale, withMagnitude } from './dora.ts';
import { isSavedModule, isTarget, patternValue } from './module-match.ts';
import type { ModuleTargets } from './module-match.ts';
import type { Parameter } from './parameters.ts';

export type LoraConfig = ModuleTargets & {
  rank: number;
  alpha: number;
  dropout: number;
  /** Other ranks and alphas for modules whose name fits a pattern; the first that fits counts. */
  rankPattern: Readonly<Record<string, number>>;
  alphaPattern: Readonly<Record<string, number>>;
  /** Scale by alpha / √rank (Kalajdzievski, arXiv 2312.03732). */
  useRslora: boolean;
  /** Train the length of every row of W + s·B·A apart from its direction (see dora.ts). */
  useDora: boolean;
  /** Biases that are trained: of the layers with an adapter, or of all layers. */
  bias: 'none' | 'lora_only' | 'all';
  /** Modules of which a full copy is trained. */
  modulesToSave: readonly string[];
};

/** A linear layer with an adapter: its checkpoint name without `.weight`, its sizes, its rank and scale s. */
export type AdaptedModule = {
  module: string;
  outputSize: number;
  inputSize: number;
  rank: number;
  scale: number;
};

/** Every linear layer of a model, the output head last. */
export function linearModules(
  config: ModelConfig,
): { module: string; outputSize: number; inputSize: number }[] {
  const layers = Array.from({ length: config.layers }, (_, layer) => `model.layers.${layer}`);
  const blocks = layers.flatMap((block) =>
    Object.entries(blockLinears(config)).map(([name, [outputSize, inputSize]]) => ({
      module: `${block}.${name}`,
      outputSize,
      inputSize,
    })),
  );
  return [...blocks, { module: 'lm_head', outputSize: config.vocabularySize, inputSize: config.hiddenSize }];
}

/** The linear layers that the configuration names, each with its rank and its scale α / r (α / √r with rsLoRA). */
export function adaptedModules(config: ModelConfig, lora: LoraConfig): AdaptedModule[] {
  return linearModules(config).flatMap((linear) => {
    const { module } = linear;
    if (!isTarget(module, lora) || isSaved(`${module}.weight`, lora)) return [];
    const rank = patternValue(module, lora.rankPattern) ?? lora.rank;
    const alpha = patternValue(module, lora.alphaPattern) ?? lora.alpha;
    return [{ ...linear, rank, scale: alpha / (lora.useRslora ? Math.sqrt(rank) : rank) }];
  });
}

/** PEFT's name of an adapter matrix: A [rank, in] or B [out, rank]. */
export function loraName(module: string, matrix: 'A' | 'B'): string {
  return `${prefix}${module}.lora_${matrix}.weight`;
}

/** PEFT's name of DoRA's row lengths [out]. */
export function magnitudeName(module: string): string {
  return `${prefix}${module}.lora_magnitude_vector`;
}

const prefix = 'base_model.model.';

/** Everything that a LoRA trains. */
export function loraTensors(config: ModelConfig, lora: LoraConfig): AdapterTensor[] {
  const adapted = adaptedModules(config, lora);
  const withAdapter = new Set(adapted.map(({ module }) => module));
  const matrices = adapted.flatMap(({ module, outputSize, inputSize, rank }): AdapterTensor[] => [
    { name: loraName(module, 'A'), shape: [rank, inputSize] },
    { name: loraName(module, 'B'), shape: [outputSize, rank] },
    ...(lora.useDora ? [{ name: magnitudeName(module), shape: [outputSize] }] : []),
  ]);
  const replacements = [...weightsByUse(config)].flatMap(([name, shape]): AdapterTensor[] => {
    if (isSaved(name, lora)) return [{ name: prefix + name, shape, replaces: name }];
    if (!name.endsWith('.bias') || lora.bias === 'none') return [];
    const module = name.slice(0, -'.bias'.length);
    if (withAdapter.has(module))
      return [{ name: `${prefix}${module}.base_layer.bias`, shape, replaces: name }];
    return lora.bias === 'all' ? [{ name: prefix + name, shape, replaces: name }] : [];
  });
  return [...matrices, ...replacements];
}

/** A module is also trained as a whole when a module that holds it is. */
function isSaved(weight: string, { modulesToSave }: LoraConfig): boolean {
  const parts = weight.split('.').slice(0, -1);
  return parts.some((_, i) => isSavedModule(parts.slice(0, i + 1).join('.'), modulesToSave));
}

/** The checkpoint's tensors, and the output head's also where it is the embedding table: an adapter may part them. */
function weightsByUse(config: ModelConfig): Map<string, readonly number[]> {
  const shapes = weightShapes(config);
  return new Map([...shapes, [headName, shapes.get(embeddingName)!]]);
}

/**
 * A new adapter that changes nothing yet: B is zero, A is uniform in ±1/√in (PEFT's default, Kaiming's uniform rule
 * with a = √5), row lengths and copies are those of the base. `weight` gives the base's values.
 */
export function newLora(
  config: ModelConfig,
  lora: LoraConfig,
  seed: number,
  weight: (name: string) => Parameter,
): Parameter[] {
  const adapted = new Map(
    adaptedModules(config, lora).flatMap(({ module, inputSize }) => [
      [loraName(module, 'A'), { module, inputSize }],
      [magnitudeName(module), { module, inputSize }],
    ]),
  );
  return loraTensors(config, lora).map(({ name, shape, replaces }) => {
    if (replaces !== undefined) return { name, shape, data: weight(replaces).data.slice() };
    const data = new Float32Array(shape.reduce((product, length) => product * length, 1));
    const known = adapted.get(name);
    if (!known) return { name, shape, data };
    const { module, inputSize } = known;
    if (name === magnitudeName(module))
      return { name, shape, data: doraMagnitude(weight(`${module}.weight`)) };
    const random = seededRandom(seed, 'lora', module);
    const bound = 1 / Math.sqrt(inputSize);
    return { name, shape, data: data.map(() => (2 * random.uniform() - 1) * bound) };
  });
}

/** Name of the graph input that holds a module's dropout mask, bool [N, in]. */
export function dropoutMaskName(module: string): string {
  return `${module}.keep`;
}

/** What a linear layer with an adapter is made of: `product` is x·Wᵀ of the frozen weight, without its bias. */
export type AdaptedLinear = {
  adapted: AdaptedModule;
  product: (x: Tensor) => Tensor;
  a: Tensor;
  b: Tensor;
  /** DoRA's row lengths, and the squared lengths of the frozen weight's rows, both [out]. */
  dora?: { magnitude: Tensor; squaredNorms: Tensor } | undefined;
  /** Dropout's rate in a training pass, else 0. */
  dropoutRate: number;
};

/** The weight [out, in] that the layer has with its adapter; it has no place for dropout. */
export function adaptedWeight(weight: Tensor, layer: AdaptedLinear): Tensor {
  const { adapted, a, b, dora } = layer;
  const sum = add(weight, matmul(b, a, { alpha: adapted.scale }));
  return dora ? mul(sum, reshape(rowScale({ ...layer, dora }), [adapted.outputSize, 1])) : sum;
}

/** The adapted layer's output [N, out] for x [N, in], without the bias. */
export function adaptedLinear(x: Tensor, layer: AdaptedLinear): Tensor {
  const { adapted, product, a, b, dora, dropoutRate } = layer;
  const dropped =
    dropoutRate > 0 ? dropout(x, input(dropoutMaskName(adapted.module), x.shape, 'bool'), dropoutRate) : x;
  const low = matmul(dropped, a, { transB: true });
  const update = matmul(low, b, { transB: true, alpha: adapted.scale });
  return dora ? withMagnitude(x, dropped, update, { ...layer, dora }) : add(product(x), update);
}
