/** Reading one safetensors file. A tensor is read in pieces, so that memory holds what is asked for and one piece. */
import { open, type FileHandle } from 'node:fs/promises';
import { AttuneError } from '../base/errors.ts';
import { storageError } from '../base/storage-error.ts';
import { sharedBytes, sharedFloats } from '../base/shared-memory.ts';
import { bfloat16ToFloats, float16ToFloats } from './float.ts';
import {
  elementCount,
  readHeaderFrom,
  refused,
  type Dtype,
  type SafetensorsHeader,
  type TensorPlace,
} from './safetensors-header.ts';

export type TensorInfo = { dtype: Dtype; shape: readonly number[]; byteLength: number };

/** Named tensors on disk. Reads are independent and may run at once; close it when done. */
export type Weights = {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** The tensor's bytes, little endian, row-major, in a buffer of their own on shared memory. */
  read: (name: string) => Promise<Uint8Array<SharedArrayBuffer>>;
  /** The same bytes in pieces of up to 4 MiB, whole elements each. The next piece overwrites the one before. */
  pieces: (name: string) => AsyncGenerator<Uint8Array<ArrayBuffer>>;
  /** The tensor as float32 on shared memory, widened exactly from F16 or BF16. Throws AttuneError 'model' for other types. */
  readFloat32: (name: string) => Promise<Float32Array<SharedArrayBuffer>>;
  close: () => Promise<void>;
};

const pieceBytes = 4 << 20;

/** Writes the floats of a piece into `target`, which has room for just those. */
type Widen = (piece: Uint8Array<ArrayBuffer>, target: Float32Array<SharedArrayBuffer>) => void;
const widen: Partial<Record<Dtype, Widen>> = {
  F32: (piece, target) => new Uint8Array(target.buffer, target.byteOffset, piece.length).set(piece),
  BF16: (piece, target) => bfloat16ToFloats(new Uint16Array(piece.buffer, 0, target.length), target),
  F16: (piece, target) => float16ToFloats(new Uint16Array(piece.buffer, 0, target.length), target),
};
export const floatDtypes = Object.keys(widen) as readonly Dtype[];

/** Opens one file after checking its header. Throws AttuneError 'model' when the header is not right. */
export async function openSafetensors(path: string): Promise<Weights> {
  const opened = await openWithHeader(path);
  const { metadata, tensors } = opened.header;
  return {
    metadata,
    tensors,
    read: (name) => readBytes(opened, name),
    pieces: (name) => readPieces(opened, name),
    readFloat32: (name) => readFloats(opened, name),
    close: () => opened.file.close(),
  };
}

type OpenedFile = { path: string; file: FileHandle; header: SafetensorsHeader };

async function openWithHeader(path: string): Promise<OpenedFile> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (cause) {
    throw storageError(path, cause);
  }
  try {
    return { path, file, header: await readHeaderFrom(file, path) };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function placeOf({ path, header }: OpenedFile, name: string): TensorPlace {
  const place = header.tensors.get(name);
  if (!place) throw missingTensor(path, name);
  return place;
}

async function* readPieces(opened: OpenedFile, name: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const { path, file, header } = opened;
  const { start, byteLength } = placeOf(opened, name);
  const buffer = new Uint8Array(Math.min(byteLength, pieceBytes));
  for (let done = 0; done < byteLength; done += buffer.length) {
    const piece = buffer.subarray(0, Math.min(buffer.length, byteLength - done));
    for (let filled = 0; filled < piece.length;) {
      const position = header.dataStart + start + done + filled;
      const { bytesRead } = await file.read(piece, filled, piece.length - filled, position);
      if (bytesRead === 0) throw refused(path, `it ends inside tensor ${name}`);
      filled += bytesRead;
    }
    yield piece;
  }
}

async function readBytes(opened: OpenedFile, name: string): Promise<Uint8Array<SharedArrayBuffer>> {
  const bytes = sharedBytes(placeOf(opened, name).byteLength);
  let done = 0;
  for await (const piece of readPieces(opened, name)) {
    bytes.set(piece, done);
    done += piece.length;
  }
  return bytes;
}

async function readFloats(opened: OpenedFile, name: string): Promise<Float32Array<SharedArrayBuffer>> {
  const { dtype, shape, byteLength } = placeOf(opened, name);
  const widenPiece = widen[dtype];
  if (!widenPiece)
    throw new AttuneError(
      'model',
      `${opened.path}: tensor ${name} is ${dtype}, which is not a supported float type.`,
      { fix: 'Save the model in bfloat16, float16 or float32.' },
    );
  const floats = sharedFloats(elementCount(shape));
  const width = byteLength / floats.length;
  let done = 0;
  for await (const piece of readPieces(opened, name)) {
    const count = piece.length / width;
    widenPiece(piece, floats.subarray(done, done + count));
    done += count;
  }
  return floats;
}

/** The error for weights that lack a tensor. */
export function missingTensor(path: string, name: string): AttuneError {
  return new AttuneError('model', `${path} has no tensor ${name}.`, {
    fix: 'The weights do not match the model config; download or make the model again.',
  });
}
