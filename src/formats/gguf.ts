/**
 * Writes GGUF version 3, the single-file model format of llama.cpp: metadata, then tensors, each on a 32-byte boundary.
 * Knows nothing of architectures. Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
import { AttuneError } from '../base/errors.ts';
import { floatsToFloat16 } from './float.ts';
import { floatsToQ8 } from './q8.ts';
import { writeStreamAtomic, type WrittenFile } from './write-stream.ts';

export const ggufAlignment = 32;
/** llama.cpp refuses names of 64 bytes and more. */
const maxNameBytes = 63;

export const ggufTensorTypes = { F32: 0, F16: 1, Q8_0: 8 } as const;
export type GgufTensorType = keyof typeof ggufTensorTypes;

export const ggufValueTypes = {
  uint32: 4,
  int32: 5,
  float32: 6,
  bool: 7,
  string: 8,
  array: 9,
} as const;
export type GgufScalarType = 'uint32' | 'int32' | 'float32' | 'bool' | 'string';
export type GgufValue =
  | { type: GgufScalarType; value: number | boolean | string }
  | { type: 'array'; of: GgufScalarType; values: readonly (number | boolean | string)[] };

export type GgufTensor = {
  name: string;
  type: GgufTensorType;
  /** Row-major, the last one is the row length (GGUF itself stores them reversed). */
  shape: readonly number[];
  /** Called when the tensor's turn comes, so that a model larger than memory can be written. */
  data: () => Promise<Float32Array>;
};

/**
 * Writes a GGUF file, crash-safe; equal input gives equal bytes. Metadata and tensors keep the order given.
 * Throws AttuneError 'model' for a name that is too long or a shape the type cannot hold.
 */
export async function writeGguf(
  path: string,
  metadata: readonly (readonly [string, GgufValue])[],
  tensors: readonly GgufTensor[],
): Promise<WrittenFile> {
  return writeStreamAtomic(path, ggufChunks(metadata, tensors));
}

async function* ggufChunks(
  metadata: readonly (readonly [string, GgufValue])[],
  tensors: readonly GgufTensor[],
): AsyncGenerator<Uint8Array> {
  const parts: Uint8Array[] = [ascii('GGUF'), uint32(3), uint64(tensors.length), uint64(metadata.length)];
  for (const [key, value] of metadata) parts.push(string(key), ...encodeValue(value));
  let offset = 0;
  for (const { name, type, shape } of tensors) {
    if (Buffer.byteLength(name) > maxNameBytes)
      throw new AttuneError(
        'model',
        `The tensor name ${name} is longer than the ${maxNameBytes} bytes that GGUF can hold.`,
      );
    const dimensions = shape.toReversed().map(uint64);
    parts.push(
      string(name),
      uint32(shape.length),
      ...dimensions,
      uint32(ggufTensorTypes[type]),
      uint64(offset),
    );
    offset += padded(ggufByteLength(type, shape));
  }
  const header = Buffer.concat(parts);
  yield header;
  yield new Uint8Array(padded(header.length) - header.length);
  for (const { name, type, shape, data } of tensors) {
    const bytes = encodeTensor(type, await data());
    const wanted = ggufByteLength(type, shape);
    if (bytes.byteLength !== wanted)
      throw new AttuneError(
        'model',
        `Tensor ${name} needs ${wanted} bytes as ${type}, but its data gives ${bytes.byteLength}.`,
      );
    yield new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    yield new Uint8Array(padded(wanted) - wanted);
  }
}

/** Bytes of a tensor's data, without padding. */
export function ggufByteLength(type: GgufTensorType, shape: readonly number[]): number {
  const elements = shape.reduce((product, size) => product * size, 1);
  if (type === 'F32') return elements * 4;
  if (type === 'F16') return elements * 2;
  if ((shape.at(-1) ?? 0) % 32 !== 0)
    throw new AttuneError('model', `Q8_0 needs rows divisible by 32; got ${JSON.stringify(shape)}.`);
  return (elements / 32) * 34;
}

function encodeTensor(type: GgufTensorType, values: Float32Array): ArrayBufferView {
  if (type === 'F32') return values;
  if (type === 'F16') return floatsToFloat16(values);
  return floatsToQ8(values);
}

function encodeValue(value: GgufValue): Uint8Array[] {
  if (value.type !== 'array')
    return [uint32(ggufValueTypes[value.type]), encodeScalar(value.type, value.value)];
  const items = value.values.map((item) => encodeScalar(value.of, item));
  return [uint32(ggufValueTypes.array), uint32(ggufValueTypes[value.of]), uint64(items.length), ...items];
}

function encodeScalar(type: GgufScalarType, value: number | boolean | string): Uint8Array {
  if (type === 'string') return string(String(value));
  if (type === 'bool') return Uint8Array.of(value ? 1 : 0);
  const view = new DataView(new ArrayBuffer(4));
  if (type === 'uint32') view.setUint32(0, Number(value), true);
  else if (type === 'int32') view.setInt32(0, Number(value), true);
  else view.setFloat32(0, Number(value), true);
  return new Uint8Array(view.buffer);
}

function padded(length: number): number {
  return Math.ceil(length / ggufAlignment) * ggufAlignment;
}

function ascii(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

function string(text: string): Uint8Array {
  const bytes = Buffer.from(text);
  return Buffer.concat([uint64(bytes.length), bytes]);
}

function uint32(value: number): Uint8Array {
  return encodeScalar('uint32', value);
}

function uint64(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(value), true);
  return new Uint8Array(view.buffer);
}
