/** The weights of a model folder: checked to be those that its config.json asks for, and read. */
import { AttuneError } from '../base/errors.ts';
import { floatDtypes } from '../formats/safetensors-reader.ts';
import { openWeights } from '../formats/safetensors-shards.ts';
import type { TensorInfo, Weights } from '../formats/safetensors-reader.ts';
import { readModelConfig, weightShapes } from './config.ts';
import type { ModelConfig } from './config.ts';
import type { Parameter } from './parameters.ts';

/** Old checkpoints carry the rotary frequencies, which are computed. */
const computed = /\.rotary_emb\.inv_freq$/;
const embeddings = 'model.embed_tokens.weight';
const head = 'lm_head.weight';

/** Checks config.json and the headers of the weight files of a folder. Throws AttuneError 'model' with the reason. */
export async function checkModelFolder(folder: string): Promise<void> {
  const config = await readModelConfig(folder);
  const weights = await openWeights(folder);
  try {
    checkTensors(weights.tensors, config, folder);
  } finally {
    await weights.close();
  }
}

/** Every weight of a folder as float32, by name. Throws AttuneError 'model' when they are not those of `config`. */
export async function readWeights(folder: string, config: ModelConfig): Promise<Map<string, Parameter>> {
  const weights = await openBaseWeights(folder, config);
  try {
    const parameters = new Map<string, Parameter>();
    for (const [name, shape] of weightShapes(config))
      parameters.set(name, { name, shape, data: await weights.readFloat32(name) });
    return parameters;
  } finally {
    await weights.close();
  }
}

/** The weights of a folder, open. Throws AttuneError 'model' when they are not those of `config`. */
export async function openBaseWeights(folder: string, config: ModelConfig): Promise<Weights> {
  const weights = await openWeights(folder);
  try {
    checkTensors(weights.tensors, config, folder);
    await checkTiedHead(weights, config, folder);
    return weights;
  } catch (error) {
    await weights.close();
    throw error;
  }
}

/**
 * Throws AttuneError 'model' for a tensor that is missing, of another shape, of a type that is no float, or that the
 * architecture has no place for. `where` is only used in errors.
 */
function checkTensors(tensors: ReadonlyMap<string, TensorInfo>, config: ModelConfig, where: string): void {
  const problem = (what: string): AttuneError =>
    new AttuneError('model', `${where}: ${what}`, {
      fix: 'The weights do not belong to this config.json; get the model again.',
    });
  const expected = weightShapes(config);
  const missing = [...expected.keys()].filter((name) => !tensors.has(name));
  if (missing.length > 0) throw problem(`${listed(missing)} missing`);
  const known = new Set([...expected.keys(), ...(config.tiedEmbeddings ? [head] : [])]);
  const extra = [...tensors.keys()].filter((name) => !known.has(name) && !computed.test(name));
  if (extra.length > 0)
    throw problem(`${listed(extra)} not part of a ${config.family} model of this config.json`);
  for (const [name, { shape, dtype }] of tensors) {
    const wanted = expected.get(name === head && config.tiedEmbeddings ? embeddings : name);
    if (!wanted) continue;
    if (shape.join() !== wanted.join())
      throw problem(
        `tensor ${name} has the shape [${shape.join(', ')}], but should have [${wanted.join(', ')}]`,
      );
    if (!floatDtypes.includes(dtype))
      throw new AttuneError('model', `${where}: tensor ${name} is ${dtype}`, {
        fix: `Weights are read from ${floatDtypes.join(', ')}; save the model in one of them.`,
      });
  }
}

/**
 * Files often hold the output projection also where config.json ties it to the embedding table. Throws AttuneError
 * 'model' when it is another one: transformers would then use both.
 */
async function checkTiedHead(weights: Weights, config: ModelConfig, where: string): Promise<void> {
  if (!config.tiedEmbeddings || !weights.tensors.has(head)) return;
  const others = weights.pieces(head);
  let same = weights.tensors.get(head)!.dtype === weights.tensors.get(embeddings)!.dtype;
  for await (const piece of weights.pieces(embeddings)) {
    const other = await others.next();
    same &&= other.done !== true && Buffer.compare(piece, other.value) === 0;
    if (!same) break;
  }
  if (!same)
    throw new AttuneError(
      'model',
      `${where}: ${head} differs from ${embeddings}, but config.json ties them`,
      {
        fix: 'Set tie_word_embeddings to false in config.json, or delete the tensor that is not meant.',
      },
    );
}

function listed(names: readonly string[]): string {
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  return `${names.slice(0, 3).join(', ')}${more} ${names.length === 1 ? 'is' : 'are'}`;
}
