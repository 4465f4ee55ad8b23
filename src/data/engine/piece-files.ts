/**
 * Pieces: values in one file, each to be read by itself. A job leaves one for each partition, and whoever has a partition
 * reads its piece out of the file of every job. In front stand the start and checksum of each and, last, the end of all and
 * the checksum of this table, 32 bits each, so that damage is found wherever something is read.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';
import { crc32 } from 'node:zlib';
import { AttuneError } from '../../base/errors.ts';
import { storageError } from '../../base/storage-error.ts';

/** Of the start and checksum of a piece. */
export const entryBytes = 8;

export function encodePieces(values: readonly unknown[]): Uint8Array[] {
  return encodeBytes(values.map((value) => serialize(value)));
}

/** The same of pieces that are bytes already. */
export function encodeBytes(pieces: readonly Uint8Array[]): Uint8Array[] {
  const header = Buffer.alloc((pieces.length + 1) * entryBytes);
  let start = header.length;
  for (const [i, piece] of pieces.entries()) {
    header.writeUInt32LE(start, i * entryBytes);
    header.writeUInt32LE(crc32(piece), i * entryBytes + 4);
    start += piece.byteLength;
  }
  header.writeUInt32LE(start, pieces.length * entryBytes);
  header.writeUInt32LE(crc32(header.subarray(0, -4)), header.length - 4);
  return [header, ...pieces];
}

/** The value of a piece. Throws AttuneError 'storage' for a file that is missing, cut off or damaged. */
export async function readPiece<T>(path: string, number: number): Promise<T> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const entries = await readExactly(file, number * entryBytes, (number + 2) * entryBytes);
    if (!entries) throw damaged(path);
    const bytes = await readExactly(file, entries.readUInt32LE(0), entries.readUInt32LE(entryBytes));
    if (!bytes || crc32(bytes) !== entries.readUInt32LE(4)) throw damaged(path);
    return deserialize(bytes) as T;
  } catch (cause) {
    throw storageError(path, cause);
  } finally {
    await file?.close();
  }
}

export function damaged(path: string): AttuneError {
  return new AttuneError('storage', `${path} is damaged: it does not hold what was written there`, {
    fix: 'Run the same command again: what is damaged is made anew.',
  });
}

/** Undefined where the file ends earlier. */
async function readExactly(file: FileHandle, start: number, end: number): Promise<Buffer | undefined> {
  if (end < start || end > (await file.stat()).size) return undefined;
  const bytes = Buffer.allocUnsafe(end - start);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
  return bytesRead === bytes.length ? bytes : undefined;
}
