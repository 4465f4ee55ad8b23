/**
 * The header of a safetensors file: 8 bytes of little-endian length, then JSON that gives each tensor's type, shape and
 * place. Header bytes come from strangers, so every claim is checked before anything is allocated or read.
 * Format: https://github.com/huggingface/safetensors#format
 */
import type { FileHandle } from 'node:fs/promises';
import { AttuneError } from '../base/errors.ts';
import { isRecord } from '../base/json.ts';

/** The limit of the reference implementation. */
const maxHeaderBytes = 100_000_000;
const maxDimensions = 32;

/** Bits per element, in ascending order of the reference implementation's alignment order. */
const dtypeBits = {
  BOOL: 8,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  F64: 64,
  I64: 64,
  U64: 64,
} as const;

export type Dtype = keyof typeof dtypeBits;
export const dtypes = Object.keys(dtypeBits) as Dtype[];

/** `start` and `end` are byte positions relative to the first byte after the header. */
export type TensorPlace = {
  dtype: Dtype;
  shape: readonly number[];
  byteLength: number;
  start: number;
  end: number;
};

export type SafetensorsHeader = {
  metadata: Readonly<Record<string, string>>;
  /** In file order. */
  tensors: ReadonlyMap<string, TensorPlace>;
  /** Byte position of the first tensor in the file. */
  dataStart: number;
};

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Bytes of a tensor's data; all dtypes have whole bytes. */
export function tensorByteLength(dtype: Dtype, shape: readonly number[]): number {
  return (elementCount(shape) * dtypeBits[dtype]) / 8;
}

/**
 * Reads and checks the header of an open file; `path` is for messages only. Throws AttuneError 'model' with the reason when
 * anything in it is not right.
 */
export async function readHeaderFrom(file: FileHandle, path: string): Promise<SafetensorsHeader> {
  const { size } = await file.stat();
  if (size < 8) throw refused(path, `it has ${size} bytes, and a header needs at least 8`);
  const prefix = new DataView(new ArrayBuffer(8));
  await file.read(prefix, 0, 8, 0);
  const headerBytes = prefix.getBigUint64(0, true);
  if (headerBytes > maxHeaderBytes)
    throw refused(path, `its header claims ${headerBytes} bytes; the limit is ${maxHeaderBytes}`);
  const headerLength = Number(headerBytes);
  if (8 + headerLength > size)
    throw refused(path, `its header claims ${headerLength} bytes, but only ${size - 8} follow`);
  const header = new Uint8Array(headerLength);
  await file.read(header, 0, headerLength, 8);
  return parseHeader(header, size - 8 - headerLength, path);
}

/** Parses header JSON and checks that the tensors fill exactly `dataBytes` bytes with neither holes nor overlaps. */
export function parseHeader(header: Uint8Array, dataBytes: number, path: string): SafetensorsHeader {
  const text = decodeUtf8(header, path);
  if (!text.startsWith('{')) throw refused(path, 'its header does not start with {');
  const json = parseJson(text, path);
  const repeated = repeatedKey(text);
  if (repeated !== undefined) throw refused(path, `its header names ${JSON.stringify(repeated)} twice`);
  const { __metadata__: metadata = {}, ...entries } = json;
  if (!isStringRecord(metadata)) throw refused(path, 'its __metadata__ is not a map of strings');
  const tensors = Object.entries(entries)
    .map(([name, info]) => [name, parseTensor(name, info, path)] as const)
    .sort(([, a], [, b]) => a.start - b.start || a.end - b.end);
  let position = 0;
  for (const [name, { start, end }] of tensors) {
    if (start !== position)
      throw refused(
        path,
        `tensor ${name} starts at byte ${start}, but the one before it ends at ${position}`,
      );
    position = end;
  }
  if (position !== dataBytes)
    throw refused(path, `its tensors take ${position} bytes, but ${dataBytes} bytes follow the header`);
  return { metadata, tensors: new Map(tensors), dataStart: 8 + header.length };
}

function parseTensor(name: string, info: unknown, path: string): TensorPlace {
  const problem = (what: string): AttuneError => refused(path, `tensor ${name} ${what}`);
  if (info === null || typeof info !== 'object') throw problem('has no type, shape and offsets');
  const { dtype, shape, data_offsets: offsets } = info as Record<string, unknown>;
  if (typeof dtype !== 'string' || !Object.hasOwn(dtypeBits, dtype))
    throw problem(`has the unknown dtype ${JSON.stringify(dtype)}; known are ${dtypes.join(', ')}`);
  if (!isCounts(shape) || shape.length > maxDimensions)
    throw problem(`has the shape ${JSON.stringify(shape)}, which is not a list of sizes`);
  if (!isCounts(offsets) || offsets.length !== 2)
    throw problem(`has the offsets ${JSON.stringify(offsets)}, which are not two positions`);
  const [start, end] = offsets as [number, number];
  const byteLength = tensorByteLength(dtype as Dtype, shape);
  if (
    !Number.isSafeInteger(byteLength) ||
    !Number.isSafeInteger(elementCount(shape.filter((size) => size > 0)))
  )
    throw problem(`has the shape ${JSON.stringify(shape)}, which no file can hold`);
  if (end - start !== byteLength)
    throw problem(
      `is ${dtype} ${JSON.stringify(shape)}, ${byteLength} bytes, but its offsets give ${end - start}`,
    );
  return { dtype: dtype as Dtype, shape, byteLength, start, end };
}

function decodeUtf8(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw refused(path, 'its header is not UTF-8', cause);
  }
}

function parseJson(text: string, path: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw refused(path, `its header is not JSON (${(cause as Error).message})`, cause);
  }
}

/** The first key of the outermost object that occurs twice; JSON.parse would silently keep the last. `text` is valid JSON. */
function repeatedKey(text: string): string | undefined {
  const seen = new Set<string>();
  let depth = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"(?:\s*:)?|[{}[\]]/g)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (depth === 1 && token.endsWith(':')) {
      const key = JSON.parse(token.slice(0, -1)) as string;
      if (seen.has(key)) return key;
      seen.add(key);
    }
  }
  return undefined;
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && (item as number) >= 0);
}

function isStringRecord(value: unknown): value is Record<string, string> {
  return isRecord(value) && Object.values(value).every((item) => typeof item === 'string');
}

/** The error for a file that is damaged, or no safetensors file. */
export function refused(path: string, reason: string, cause?: unknown): AttuneError {
  return new AttuneError('model', `${path} is not a usable safetensors file: ${reason}.`, {
    fix: 'The file is damaged, incomplete or of another format; download or make it again.',
    cause,
  });
}
