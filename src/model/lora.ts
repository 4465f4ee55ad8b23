/** Low-rank adapters (Hu et al., arXiv 2106.09685) in the layout and with the names of PEFT. */
import { add, dropout, input, matmul } from '../graph/ops.ts';
import { seededRandom } from '../base/random.ts';
import type { Tensor } from '../graph/tensor.ts';
import { blockLinears } from './config.ts';
import type { ModelConfig } from './config.ts';
import type { Parameter } from './parameters.ts';

export type LoraConfig = {
  rank: number;
  alpha: number;
  dropout: number;
  /** Last names of the linear layers that get an adapter: q_proj, down_proj ... */
  targetModules: readonly string[];
};

/** A linear layer with an adapter: its checkpoint name without `.weight`, and its sizes. */
export type AdaptedModule = { module: string; outputSize: number; inputSize: number };

export function adaptedModules(config: ModelConfig, lora: LoraConfig): AdaptedModule[] {
  const targets = Object.entries(blockLinears(config)).filter(([name]) =>
    lora.targetModules.includes(name.split('.').at(-1)!),
  );
  return Array.from({ length: config.layers }, (_, layer) => layer).flatMap((layer) =>
    targets.map(([name, [outputSize, inputSize]]) => ({
      module: `model.layers.${layer}.${name}`,
      outputSize,
      inputSize,
    })),
  );
}

/** PEFT's name of an adapter matrix: A [rank, in] or B [out, rank]. */
export function loraName(module: string, matrix: 'A' | 'B'): string {
  return `base_model.model.${module}.lora_${matrix}.weight`;
}

/**
 * A new adapter that changes nothing yet: B is zero, A is uniform in ±1/√in
 * (PEFT's default, Kaiming's uniform rule with a = √5).
 */
export function newAdapter(config: ModelConfig, lora: LoraConfig, seed: number): Parameter[] {
  return adaptedModules(config, lora).flatMap(({ module, outputSize, inputSize }) => {
    const random = seededRandom(seed, 'lora', module);
    const bound = 1 / Math.sqrt(inputSize);
    const a = Float32Array.from({ length: lora.rank * inputSize }, () => (2 * random.uniform() - 1) * bound);
    return [
      { name: loraName(module, 'A'), shape: [lora.rank, inputSize], data: a },
      {
        name: loraName(module, 'B'),
        shape: [outputSize, lora.rank],
        data: new Float32Array(outputSize * lora.rank),
      },
    ];
  });
}

/** Name of the graph input that holds a module's dropout mask, bool [N, in]. */
export function dropoutMaskName(module: string): string {
  return `${module}.keep`;
}

/** y + (alpha / rank) · drop(x)·Aᵀ·Bᵀ, where y [N, out] is the frozen layer's output. */
export function withAdapter(
  y: Tensor,
  x: Tensor,
  {
    module,
    a,
    b,
    lora,
    training,
  }: { module: string; a: Tensor; b: Tensor; lora: LoraConfig; training: boolean },
): Tensor {
  const dropped =
    training && lora.dropout > 0
      ? dropout(x, input(dropoutMaskName(module), x.shape, 'bool'), lora.dropout)
      : x;
  const low = matmul(dropped, a, { transB: true });
  return add(y, matmul(low, b, { transB: true, alpha: lora.alpha / lora.rank }));
}
