/** Weights in safetensors files: reading one file or a whole model folder, and writing. */
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { exists, readJson, storageError } from '../base/files.ts';
import { sharedBytes } from '../base/shared-memory.ts';
import { bfloat16ToFloats, float16ToFloats, floatsToBfloat16, floatsToFloat16 } from './float.ts';
import {
  dtypes,
  readHeaderFrom,
  refused,
  tensorByteLength,
  type Dtype,
  type SafetensorsHeader,
} from './safetensors-header.ts';
import { writeStreamAtomic, type WrittenFile } from './write-stream.ts';

export {
  readSafetensorsHeader,
  elementCount,
  type Dtype,
  type SafetensorsHeader,
} from './safetensors-header.ts';

export type TensorInfo = { dtype: Dtype; shape: readonly number[]; byteLength: number };

/** Named tensors on disk. Reads are independent and may run at once; close it when done. */
export type Weights = {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** The tensor's bytes, little endian, row-major, in a buffer of their own on shared memory. */
  read: (name: string) => Promise<Uint8Array<SharedArrayBuffer>>;
  /** The tensor as float32 on shared memory, widened exactly from F16 or BF16. Throws AttuneError 'model' for other types. */
  readFloat32: (name: string) => Promise<Float32Array<SharedArrayBuffer>>;
  close: () => Promise<void>;
};

export type TensorToWrite = {
  name: string;
  dtype: Dtype;
  shape: readonly number[];
  /**
   * Floats are converted to `dtype` (F32, F16 or BF16); any other view is taken as the bytes of `dtype`.
   * A function is called when its turn comes, so that a model larger than memory can be written.
   */
  data: ArrayBufferView | (() => Promise<ArrayBufferView>);
};

/** Node reads at most 2 GiB at once. */
const maxReadBytes = 1 << 30;

/** Opens one file after checking its header. Throws AttuneError 'model' when the header is not right. */
export async function openSafetensors(path: string): Promise<Weights> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (cause) {
    throw storageError(path, cause);
  }
  let header: SafetensorsHeader;
  try {
    header = await readHeaderFrom(file, path);
  } catch (error) {
    await file.close();
    throw error;
  }
  const read = async (name: string): Promise<Uint8Array<SharedArrayBuffer>> => {
    const place = header.tensors.get(name);
    if (!place) throw missingTensor(path, name);
    const bytes = sharedBytes(place.byteLength);
    for (let done = 0; done < bytes.length;) {
      const wanted = Math.min(bytes.length - done, maxReadBytes);
      const { bytesRead } = await file.read(bytes, done, wanted, header.dataStart + place.start + done);
      if (bytesRead === 0) throw refused(path, `it ends inside tensor ${name}`);
      done += bytesRead;
    }
    return bytes;
  };
  const readFloat32 = async (name: string): Promise<Float32Array<SharedArrayBuffer>> => {
    const dtype = header.tensors.get(name)?.dtype;
    const { buffer } = await read(name);
    if (dtype === 'F32') return new Float32Array(buffer);
    if (dtype === 'BF16') return bfloat16ToFloats(new Uint16Array(buffer));
    if (dtype === 'F16') return float16ToFloats(new Uint16Array(buffer));
    throw new AttuneError(
      'model',
      `${path}: tensor ${name} is ${dtype}, which is not a supported float type.`,
      {
        fix: 'Save the model in bfloat16, float16 or float32.',
      },
    );
  };
  return { metadata: header.metadata, tensors: header.tensors, read, readFloat32, close: () => file.close() };
}

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

/**
 * Writes a safetensors file, crash-safe. Equal tensors give equal bytes: they are ordered as the reference library orders
 * them (widest type first, then by name), metadata by key, and the header is padded with spaces to a multiple of 8.
 * Throws AttuneError 'model' for a name given twice or data that does not fit its shape.
 */
export async function writeSafetensors(
  path: string,
  tensors: Iterable<TensorToWrite>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<WrittenFile> {
  const ordered = [...tensors].sort(
    (a, b) => dtypes.indexOf(b.dtype) - dtypes.indexOf(a.dtype) || compareUtf8(a.name, b.name),
  );
  if (new Set(ordered.map(({ name }) => name)).size !== ordered.length)
    throw new AttuneError('model', `${path}: two tensors to write have the same name.`);
  const entries: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0)
    entries.push([
      '__metadata__',
      Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => compareUtf8(a, b))),
    ]);
  let position = 0;
  for (const { name, dtype, shape } of ordered) {
    const end = position + tensorByteLength(dtype, shape);
    entries.push([name, { dtype, shape, data_offsets: [position, end] }]);
    position = end;
  }
  // Built from pairs because an object would put names that look like numbers first.
  const json = `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;
  const header = new TextEncoder().encode(json);
  const padded = new Uint8Array(Math.ceil(header.length / 8) * 8).fill(0x20);
  padded.set(header);
  return writeStreamAtomic(path, fileChunks(padded, ordered));
}

async function* fileChunks(
  header: Uint8Array,
  tensors: readonly TensorToWrite[],
): AsyncGenerator<Uint8Array> {
  const prefix = new DataView(new ArrayBuffer(8));
  prefix.setBigUint64(0, BigInt(header.length), true);
  yield new Uint8Array(prefix.buffer);
  yield header;
  for (const tensor of tensors) yield await tensorBytes(tensor);
}

async function tensorBytes({ name, dtype, shape, data }: TensorToWrite): Promise<Uint8Array> {
  const view = encodeFloats(typeof data === 'function' ? await data() : data, dtype);
  const wanted = tensorByteLength(dtype, shape);
  if (view.byteLength !== wanted)
    throw new AttuneError(
      'model',
      `Tensor ${name} is ${dtype} ${JSON.stringify(shape)}, ${wanted} bytes, but its data has ${view.byteLength}.`,
    );
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function encodeFloats(view: ArrayBufferView, dtype: Dtype): ArrayBufferView {
  if (!(view instanceof Float32Array)) return view;
  if (dtype === 'BF16') return floatsToBfloat16(view);
  if (dtype === 'F16') return floatsToFloat16(view);
  if (dtype === 'F32') return view;
  throw new AttuneError('model', `Floats cannot be written as ${dtype}.`);
}

/** Rust compares strings by UTF-8 bytes, JavaScript by UTF-16 units; they differ beyond U+FFFF. */
function compareUtf8(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function missingTensor(path: string, name: string): AttuneError {
  return new AttuneError('model', `${path} has no tensor ${name}.`, {
    fix: 'The weights do not match the model config; download or make the model again.',
  });
}
