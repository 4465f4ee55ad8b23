/** A model as one GGUF file for llama.cpp. */
import { AttuneError } from '../base/errors.ts';
import type { Reporter } from '../base/progress.ts';
import { writeGguf, type GgufTensor, type GgufTensorType } from '../formats/gguf.ts';
import type { Weights } from '../formats/safetensors-reader.ts';
import type { WrittenFile } from '../formats/write-stream.ts';
import { readModelConfig, weightShapes, type ModelConfig } from '../model/config.ts';
import { mergedConfig, mergedParameters } from '../model/merge.ts';
import type { LanguageModel } from '../model/parameters.ts';
import { openBaseWeights } from '../model/weights.ts';
import { checkServable } from './llama-architecture.ts';
import type { PreTokenizer } from './config.ts';
import { ggufName, ggufValues } from './gguf-layout.ts';
import { extraTensors, modelMetadata } from './gguf-metadata.ts';
import { ggufVocabulary } from './gguf-vocabulary.ts';

export type ExportGgufOptions = {
  /** Hugging Face layout: config.json, model.safetensors, tokenizer.json, tokenizer_config.json. */
  modelFolder: string;
  /** `{sha256}` in the name becomes the first 16 hex digits of the content's hash. */
  outputFile: string;
  type: 'f16' | 'q8_0';
  /** For tokenizers that are not recognised. */
  preTokenizer?: PreTokenizer;
  report: Reporter;
  signal?: AbortSignal;
};

/**
 * Writes the model: matrices in `type` (F16 where a row is not divisible by 32), vectors in F32; equal input, equal bytes.
 * Throws AttuneError 'model' when llama.cpp has no place for the architecture or tokenizer, or a tensor is missing or of
 * another shape, and 'interrupted' when aborted; no file is left then.
 */
export async function exportGguf(options: ExportGgufOptions): Promise<WrittenFile> {
  const config = await readModelConfig(options.modelFolder);
  const weights = await openBaseWeights(options.modelFolder, config);
  try {
    return await writeModel(config, storedValues(weights, config), options);
  } finally {
    await weights.close();
  }
}

/**
 * As exportGguf, with the model's adapter merged into its weights. `modelFolder` is the base's, whose tokenizer is
 * written. Throws also for an adapter that is no change of weights.
 */
export async function exportMergedGguf(
  model: LanguageModel,
  options: ExportGgufOptions,
): Promise<WrittenFile> {
  return writeModel(mergedConfig(model), mergedValues(model), options);
}

async function* storedValues(weights: Weights, config: ModelConfig): AsyncGenerator<Float32Array> {
  for (const name of weightShapes(config).keys()) yield weights.readFloat32(name);
}

async function* mergedValues(model: LanguageModel): AsyncGenerator<Float32Array> {
  for (const { data } of mergedParameters(model)) yield data;
}

/** `values` in the order of weightShapes, one tensor in memory at a time. */
async function writeModel(
  config: ModelConfig,
  values: AsyncGenerator<Float32Array>,
  { modelFolder, outputFile, type, preTokenizer, report, signal }: ExportGgufOptions,
): Promise<WrittenFile> {
  checkServable(config, modelFolder);
  const vocabulary = await ggufVocabulary(modelFolder, config.vocabularySize, preTokenizer);
  const shapes = weightShapes(config);
  let done = 0;
  const tensors = [...shapes].map(([name, shape]): GgufTensor => ({
    name: ggufName(name, config),
    type: tensorType(type, shape),
    shape,
    data: async () => {
      if (signal?.aborted) throw new AttuneError('interrupted', 'Stopped while writing the GGUF file.');
      report({ type: 'progress', label: 'export', done: done++, total: shapes.size, unit: 'tensors' });
      const { value } = await values.next();
      return ggufValues(name, value as Float32Array, config);
    },
  }));
  const metadata = [...modelMetadata(config, type), ...vocabulary];
  const file = await writeGguf(outputFile, metadata, [...extraTensors(config), ...tensors]);
  report({ type: 'progress', label: 'export', done, total: shapes.size, unit: 'tensors' });
  return file;
}

function tensorType(type: 'f16' | 'q8_0', shape: readonly number[]): GgufTensorType {
  if (shape.length === 1) return 'F32';
  return type === 'q8_0' && shape.at(-1)! % 32 === 0 ? 'Q8_0' : 'F16';
}
