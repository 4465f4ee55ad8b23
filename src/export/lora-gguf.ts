/** A LoRA adapter as a GGUF file that llama.cpp adds to its base model. */
import { AttuneError } from '../base/errors.ts';
import { writeGguf, type GgufTensor, type GgufValue } from '../formats/gguf.ts';
import type { WrittenFile } from '../formats/write-stream.ts';
import { adapterTensors, type AdapterConfig } from '../model/adapter.ts';
import type { ModelConfig } from '../model/config.ts';
import { adaptedModules, loraName, type AdaptedModule } from '../model/lora.ts';
import type { LanguageModel } from '../model/parameters.ts';
import { architectures } from './llama-architecture.ts';
import { ggufName, ggufOutputs } from './gguf-layout.ts';

/**
 * What an adapter has that llama.cpp cannot add to a base (src/llama-adapter.cpp: it knows A and B of matrices, and reads
 * no more), or undefined for an adapter that it can.
 */
export function whyMerged(config: ModelConfig, adapter: AdapterConfig): string | undefined {
  if (adapter.kind === 'prefix') return 'a tuned prefix';
  if (adapter.config.useDora) return 'row lengths (DoRA)';
  const replaced = adapterTensors(config, adapter).flatMap(({ replaces }) => replaces ?? []);
  if (replaced.some((name) => name.endsWith('.bias'))) return 'trained biases';
  if (replaced.length > 0) return 'modules that were trained whole';
  const head = adaptedModules(config, adapter.config).some(({ module }) => module === 'lm_head');
  return head && config.tiedEmbeddings
    ? 'an output head of its own, where the base shares the embedding table'
    : undefined;
}

/**
 * Writes the model's adapter in F32 (it is small, and served as trained); `{sha256}` in `outputFile` becomes the first 16
 * hex digits of the content's hash. Throws AttuneError 'model' for an adapter that has to be merged.
 */
export async function exportLoraGguf(
  { config, adapter }: LanguageModel,
  outputFile: string,
): Promise<WrittenFile> {
  const reason = adapter ? whyMerged(config, adapter) : 'an adapter that is not there';
  if (adapter?.kind !== 'lora' || reason !== undefined)
    throw new AttuneError('model', `llama.cpp cannot add ${reason} to a base`, {
      fix: 'Merge it into the base.',
    });
  const values = new Map(adapter.parameters.map(({ name, data }) => [name, data]));
  const modules = adaptedModules(config, adapter.config);
  // llama.cpp scales every product B·A by alpha / rank with this one alpha; where a module has another scale, B has it.
  const alpha = modules[0]!.scale * modules[0]!.rank;
  const tensors = modules.flatMap(({ module, outputSize, inputSize, rank, scale }: AdaptedModule) => {
    const name = ggufName(`${module}.weight`, config);
    const factor = (scale * rank) / alpha;
    const up = values.get(loraName(module, 'B'))!;
    const scaled = factor === 1 ? up : up.map((value) => value * factor);
    const tensor = (side: 'a' | 'b', shape: readonly number[], data: Float32Array): GgufTensor => ({
      name: `${name}.lora_${side}`,
      type: 'F32',
      shape,
      data: async () => data,
    });
    return [
      tensor('a', [rank, inputSize], values.get(loraName(module, 'A'))!),
      // The product B·A must come out with its rows as the base's.
      tensor('b', [outputSize, rank], ggufOutputs(module, scaled, config)),
    ];
  });
  const metadata: [string, GgufValue][] = [
    ['general.architecture', { type: 'string', value: architectures[config.family].name }],
    ['general.type', { type: 'string', value: 'adapter' }],
    ['adapter.type', { type: 'string', value: 'lora' }],
    ['adapter.lora.alpha', { type: 'float32', value: alpha }],
  ];
  return writeGguf(outputFile, metadata, tensors);
}
