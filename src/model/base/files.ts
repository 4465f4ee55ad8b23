/** Which files make up a base model in Hugging Face layout, on disk and on a hub alike. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { readJson } from '../../base/files.ts';
import { storageError } from '../../base/storage-error.ts';

export const configName = 'config.json';
export const indexName = 'model.safetensors.index.json';
const singleWeightsName = 'model.safetensors';

const configurationPattern =
  /^(config|generation_config|special_tokens_map|tokenizer[\w.-]*|chat_template[\w.-]*)\.(json|jinja|model)$/;
const picklePattern = /\.(bin|pt|pth|ckpt)$/;

/** Configuration, tokenizer and chat template files among `names`. */
export const configurationNames = (names: readonly string[]): string[] =>
  names.filter((name) => configurationPattern.test(name));

/**
 * Checks that `names` has what a base needs. `where` (a folder or a hub id) is only used in errors.
 * Throws AttuneError 'model' naming what is missing. A base is read from safetensors only: a pickle can run code.
 */
export function checkNames(names: readonly string[], where: string): void {
  for (const needed of [configName, 'tokenizer.json', 'tokenizer_config.json']) {
    if (names.includes(needed)) continue;
    throw new AttuneError('model', `${where} has no ${needed}`, {
      fix: needed.startsWith('tokenizer')
        ? 'Save the tokenizer there with transformers (a fast tokenizer writes both tokenizer files), or choose another base.'
        : 'Name a whole model in Hugging Face layout (config.json, tokenizer, safetensors); a GGUF file or an adapter alone is not one.',
    });
  }
  if (names.includes(singleWeightsName) || names.includes(indexName)) return;
  const pickle = names.find((name) => picklePattern.test(name));
  const only =
    pickle === undefined ? '' : ` (only ${pickle} and the like, which are not read: a pickle can run code)`;
  throw new AttuneError('model', `${where} has no model.safetensors or ${indexName}${only}`, {
    fix: 'Save the model with transformers (`save_pretrained` writes safetensors) and name that folder, or choose another base.',
  });
}

/**
 * The weight files that are read out of `names`: model.safetensors, else the shards that the index names. Others (such
 * as the same weights once more in another layout) are not. `readIndex` gives the parsed index.
 */
export async function weightNames(
  names: readonly string[],
  where: string,
  readIndex: () => Promise<unknown>,
): Promise<string[]> {
  if (names.includes(singleWeightsName)) return [singleWeightsName];
  const index = (await readIndex()) as { weight_map?: Record<string, unknown> | null } | null;
  const shards = [...new Set(Object.values(index?.weight_map ?? {}))].map(String).sort();
  const missing = shards.find((shard) => !shard.endsWith('.safetensors') || !names.includes(shard));
  if (shards.length > 0 && missing === undefined) return [indexName, ...shards];
  throw new AttuneError(
    'model',
    shards.length === 0
      ? `${where}: ${indexName} names no weight files`
      : `${where}: ${indexName} names ${JSON.stringify(missing)}, which is not there`,
    { fix: 'Fetch or save the model again: it is not whole.' },
  );
}

/**
 * The files that a result depends on, as sorted paths: configuration, tokenizer, chat template and weights.
 * Throws AttuneError 'model' when the folder holds no whole model.
 */
export async function baseFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw storageError(folder, cause);
  });
  checkNames(names, folder);
  const weights = await weightNames(names, folder, () => readJson(join(folder, indexName)));
  return [...configurationNames(names), ...weights].sort().map((name) => join(folder, name));
}
