/** The weights of a model folder: one safetensors file, or several with an index. */
import { join } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { exists, readJson } from '../base/files.ts';
import { missingTensor, openSafetensors } from './safetensors-reader.ts';
import type { TensorInfo, Weights } from './safetensors-reader.ts';

/**
 * Opens the weights of a model folder: model.safetensors, or the shards that model.safetensors.index.json names.
 * Throws AttuneError 'model' when there are none, a shard is outside the folder, or a tensor is not where the index says.
 */
export async function openWeights(folder: string): Promise<Weights> {
  const single = join(folder, 'model.safetensors');
  if (await exists(single)) return openSafetensors(single);
  const indexFile = join(folder, 'model.safetensors.index.json');
  if (!(await exists(indexFile)))
    throw new AttuneError(
      'model',
      `${folder} has neither model.safetensors nor model.safetensors.index.json.`,
      {
        fix: 'Give a folder in Hugging Face layout with safetensors weights (older .bin files are not read).',
      },
    );
  const shardOf = await readShardMap(indexFile);
  const shards = new Map<string, Weights>();
  const close = async (): Promise<void> => {
    for (const shard of shards.values()) await shard.close();
  };
  try {
    for (const file of new Set(shardOf.values())) shards.set(file, await openSafetensors(join(folder, file)));
    const tensors = new Map<string, TensorInfo>();
    for (const [name, file] of shardOf) {
      const info = shards.get(file)!.tensors.get(name);
      if (!info) throw missingTensor(join(folder, file), name);
      tensors.set(name, info);
    }
    const shardWith = (name: string): Weights => {
      const shard = shards.get(shardOf.get(name) ?? '');
      if (!shard) throw missingTensor(folder, name);
      return shard;
    };
    return {
      metadata: [...shards.values()][0]?.metadata ?? {},
      tensors,
      read: async (name) => shardWith(name).read(name),
      pieces: (name) => shardWith(name).pieces(name),
      readFloat32: async (name) => shardWith(name).readFloat32(name),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function readShardMap(indexFile: string): Promise<Map<string, string>> {
  const index = await readJson<{ weight_map?: unknown } | null>(indexFile);
  const map = index?.weight_map;
  if (map === null || typeof map !== 'object' || Array.isArray(map))
    throw new AttuneError('model', `${indexFile} has no weight_map.`, { fix: 'Download the model again.' });
  for (const file of new Set(Object.values(map))) {
    if (typeof file !== 'string' || !/^[\w.-]+\.safetensors$/.test(file))
      throw new AttuneError(
        'model',
        `${indexFile} names the shard ${JSON.stringify(file)}, which is not a plain file name.`,
        {
          fix: 'Shards must be .safetensors files beside the index; do not use this model if you do not trust its origin.',
        },
      );
  }
  return new Map(Object.entries(map as Record<string, string>));
}
