/** Reads GGUF files of the types that Attune writes, for tests of what it wrote. Every length is checked against the bytes that are there. */
import { readFile } from 'node:fs/promises';
import { AttuneError } from '../../src/base/errors.ts';
import { storageError } from '../../src/base/storage-error.ts';
import { float16ToFloats } from '../../src/formats/float.ts';
import {
  ggufAlignment,
  ggufByteLength,
  ggufTensorTypes,
  ggufValueTypes,
  type GgufScalarType,
  type GgufTensorType,
} from '../../src/formats/gguf.ts';

const maxDimensions = 4;
/** A block of Q8_0: a float16 scale and 32 bytes. */
const q8BlockValues = 32;
const q8BlockBytes = 34;

export type GgufScalar = number | boolean | string;
export type GgufTensorInfo = { type: GgufTensorType; shape: readonly number[] };
export type GgufFile = {
  metadata: ReadonlyMap<string, GgufScalar | readonly GgufScalar[]>;
  tensors: ReadonlyMap<string, GgufTensorInfo>;
  /** The tensor's values, de-quantised; row-major. */
  readFloat32: (name: string) => Float32Array;
};

/** Reads a whole file into memory. Throws AttuneError 'model' with the reason when it is not right. */
export async function readGguf(path: string): Promise<GgufFile> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw storageError(path, cause);
  });
  return parseGguf(bytes, path);
}

function parseGguf(bytes: Uint8Array, path: string): GgufFile {
  const refuse = (reason: string): never => {
    throw new AttuneError('model', `${path} is not a usable GGUF file: ${reason}.`, {
      fix: 'Export the model again.',
    });
  };
  const cursor = new Cursor(bytes, refuse);
  if (cursor.text(4) !== 'GGUF') refuse('it does not start with GGUF');
  const version = cursor.uint32();
  if (version !== 3) refuse(`it has version ${version}, and this reader knows version 3`);
  const tensorCount = cursor.uint64();
  const metadata = new Map<string, GgufScalar | readonly GgufScalar[]>();
  for (let left = cursor.uint64(); left > 0; left--) {
    const key = cursor.string();
    if (metadata.has(key)) refuse(`it has the key ${key} twice`);
    metadata.set(key, cursor.value(cursor.uint32()));
  }
  const places = new Map<string, GgufTensorInfo & { offset: number }>();
  for (let left = tensorCount; left > 0; left--) {
    const name = cursor.string();
    if (places.has(name)) refuse(`it has the tensor ${name} twice`);
    const dimensions = cursor.uint32();
    if (dimensions > maxDimensions) refuse(`tensor ${name} has ${dimensions} dimensions`);
    const shape = Array.from({ length: dimensions }, () => cursor.uint64()).reverse();
    const typeCode = cursor.uint32();
    const type = (Object.keys(ggufTensorTypes) as GgufTensorType[]).find(
      (known) => ggufTensorTypes[known] === typeCode,
    );
    if (!type) return refuse(`tensor ${name} has the type ${typeCode}, which this reader does not know`);
    places.set(name, { type, shape, offset: cursor.uint64() });
  }
  const dataStart = Math.ceil(cursor.position / ggufAlignment) * ggufAlignment;
  for (const [name, { type, shape, offset }] of places) {
    if (offset % ggufAlignment !== 0) refuse(`tensor ${name} is not aligned`);
    const end = dataStart + offset + ggufByteLength(type, shape);
    if (!(end <= bytes.length)) refuse(`it ends inside tensor ${name}`);
  }
  const readFloat32 = (name: string): Float32Array => {
    const place = places.get(name) ?? refuse(`it has no tensor ${name}`);
    const start = dataStart + place.offset;
    const data = new Uint8Array(bytes.subarray(start, start + ggufByteLength(place.type, place.shape)));
    if (place.type === 'F32') return new Float32Array(data.buffer);
    if (place.type === 'F16') return float16ToFloats(new Uint16Array(data.buffer));
    return q8ToFloats(data);
  };
  return { metadata, tensors: places, readFloat32 };
}

/** Reads little-endian values one after another and refuses to run past the end. */
class Cursor {
  position = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #refuse: (reason: string) => never;

  constructor(bytes: Uint8Array, refuse: (reason: string) => never) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#refuse = refuse;
  }

  #take(length: number): number {
    const start = this.position;
    if (start + length > this.#bytes.length) this.#refuse('it ends inside its header');
    this.position += length;
    return start;
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  uint64(): number {
    const value = Number(this.#view.getBigUint64(this.#take(8), true));
    if (!Number.isSafeInteger(value)) this.#refuse(`it has the count ${value}`);
    return value;
  }

  text(length: number): string {
    const start = this.#take(length);
    return Buffer.from(this.#bytes.subarray(start, start + length)).toString();
  }

  string(): string {
    return this.text(this.uint64());
  }

  value(typeCode: number): GgufScalar | GgufScalar[] {
    if (typeCode !== ggufValueTypes.array) return this.#scalar(typeCode);
    const itemType = this.uint32();
    const values: GgufScalar[] = [];
    for (let left = this.uint64(); left > 0; left--) values.push(this.#scalar(itemType));
    return values;
  }

  #scalar(typeCode: number): GgufScalar {
    const type = Object.entries(ggufValueTypes).find(([, code]) => code === typeCode)?.[0] as
      | GgufScalarType
      | undefined;
    if (type === 'string') return this.string();
    if (type === 'bool') return this.#bytes[this.#take(1)] !== 0;
    if (type === 'uint32') return this.uint32();
    if (type === 'int32') return this.#view.getInt32(this.#take(4), true);
    if (type === 'float32') return this.#view.getFloat32(this.#take(4), true);
    return this.#refuse(`it has a value of type ${typeCode}, which this reader does not know`);
  }
}

/** The values that llama.cpp computes with. */
export function q8ToFloats(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float32Array((bytes.length / q8BlockBytes) * q8BlockValues);
  for (let i = 0; i < values.length; i++) {
    const block = Math.floor(i / q8BlockValues) * q8BlockBytes;
    values[i] = view.getFloat16(block, true) * view.getInt8(block + 2 + (i % q8BlockValues));
  }
  return values;
}
