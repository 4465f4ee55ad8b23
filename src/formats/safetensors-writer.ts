/** Writing weights as a safetensors file. */
import { AttuneError } from '../base/errors.ts';
import { floatsToBfloat16, floatsToFloat16 } from './float.ts';
import { dtypes, tensorByteLength, type Dtype } from './safetensors-header.ts';
import { writeStreamAtomic, type WrittenFile } from './write-stream.ts';

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
