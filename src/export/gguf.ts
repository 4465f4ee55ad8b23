/** A Llama model folder as one GGUF file for llama.cpp. */
import { AttuneError } from '../base/errors.ts';
import type { Reporter } from '../base/progress.ts';
import { writeGguf, type GgufTensor, type GgufTensorType, type GgufValue } from '../formats/gguf.ts';
import { openWeights, type Weights } from '../formats/safetensors.ts';
import type { WrittenFile } from '../formats/write-stream.ts';
import { readModelConfig, type ModelConfig } from '../model/config.ts';
import type { PreTokenizer } from './config.ts';
import { ggufModuleName, interleaveRotaryRows, llamaWeights, rotaryHeads } from './llama-layout.ts';
import { ggufVocabulary } from './vocabulary.ts';

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

const fileTypes = { f16: 1, q8_0: 7 } as const;
const quantizationVersion = 2;

/**
 * Writes the model: matrices in `type` (F16 where a row is not divisible by 32), vectors in F32; equal input, equal bytes.
 * Throws AttuneError 'model' when the architecture or tokenizer is not supported or a tensor is missing or of another
 * shape, and 'interrupted' when aborted; no file is left then.
 */
export async function exportGguf(options: ExportGgufOptions): Promise<WrittenFile> {
  const { modelFolder, outputFile, type, preTokenizer, report, signal } = options;
  const config = await readModelConfig(modelFolder);
  checkFamily(config, modelFolder);
  const vocabulary = await ggufVocabulary(modelFolder, config.vocabularySize, preTokenizer);
  const weights = await openWeights(modelFolder);
  try {
    checkWeights(weights, config, modelFolder);
    const listed = llamaWeights(config);
    let done = 0;
    const tensors = listed.map(({ module, shape }): GgufTensor => ({
      name: `${ggufModuleName(module)}.weight`,
      type: tensorType(type, shape),
      shape,
      data: async () => {
        if (signal?.aborted) throw new AttuneError('interrupted', 'Stopped while writing the GGUF file.');
        report({ type: 'progress', label: 'export', done: done++, total: listed.length, unit: 'tensors' });
        return readForLlama(weights, module, config);
      },
    }));
    const file = await writeGguf(outputFile, [...modelMetadata(config, type), ...vocabulary], tensors);
    report({ type: 'progress', label: 'export', done, total: listed.length, unit: 'tensors' });
    return file;
  } finally {
    await weights.close();
  }
}

async function readForLlama(weights: Weights, module: string, config: ModelConfig): Promise<Float32Array> {
  const values = await weights.readFloat32(`${module}.weight`);
  const heads = rotaryHeads(module, config);
  return heads === undefined ? values : interleaveRotaryRows(values, heads, config.hiddenSize);
}

function tensorType(type: 'f16' | 'q8_0', shape: readonly number[]): GgufTensorType {
  if (shape.length === 1) return 'F32';
  return type === 'q8_0' && shape.at(-1)! % 32 === 0 ? 'Q8_0' : 'F16';
}

function modelMetadata(config: ModelConfig, type: 'f16' | 'q8_0'): [string, GgufValue][] {
  const count = (value: number): GgufValue => ({ type: 'uint32', value });
  return [
    ['general.architecture', { type: 'string', value: 'llama' }],
    ['general.type', { type: 'string', value: 'model' }],
    ['general.file_type', count(fileTypes[type])],
    ['general.quantization_version', count(quantizationVersion)],
    ['llama.block_count', count(config.layers)],
    ['llama.context_length', count(config.maxPositions)],
    ['llama.embedding_length', count(config.hiddenSize)],
    ['llama.feed_forward_length', count(config.intermediateSize)],
    ['llama.attention.head_count', count(config.heads)],
    ['llama.attention.head_count_kv', count(config.keyValueHeads)],
    ['llama.attention.key_length', count(config.headDim)],
    ['llama.attention.value_length', count(config.headDim)],
    ['llama.attention.layer_norm_rms_epsilon', { type: 'float32', value: config.rmsEpsilon }],
    ['llama.rope.freq_base', { type: 'float32', value: config.ropeTheta }],
    ['llama.rope.dimension_count', count(config.headDim)],
    ['llama.vocab_size', count(config.vocabularySize)],
  ];
}

/** What the metadata below cannot say yet would be served wrong, so it is refused. */
function checkFamily({ family, ropeScaling, biases }: ModelConfig, folder: string): void {
  if (family === 'llama' && !ropeScaling && biases.length === 0) return;
  throw new AttuneError('model', `${folder}: a ${family} model of this kind cannot be exported to GGUF yet`, {
    fix: 'Choose a Llama base without rope scaling and biases.',
  });
}

/** Files often carry an lm_head beside tied embeddings, and old ones the rotary table; both are computed anew. */
const ignorable = /^lm_head\.weight$|\.rotary_emb\.inv_freq$/;

function checkWeights(weights: Weights, config: ModelConfig, folder: string): void {
  const expected = new Map(llamaWeights(config).map(({ module, shape }) => [`${module}.weight`, shape]));
  const problem = (what: string): AttuneError =>
    new AttuneError('model', `${folder}: ${what}.`, {
      fix: 'The weights do not match config.json; get the model again.',
    });
  for (const [name, shape] of expected) {
    const found = weights.tensors.get(name);
    if (!found) throw problem(`the tensor ${name} is missing`);
    if (JSON.stringify(found.shape) !== JSON.stringify(shape))
      throw problem(`the tensor ${name} has the shape [${found.shape}], but the config says [${shape}]`);
  }
  for (const name of weights.tensors.keys())
    if (!expected.has(name) && !ignorable.test(name))
      throw problem(`the tensor ${name} has no place in a Llama model`);
}
