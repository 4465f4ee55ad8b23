/** Rows: the bytes that a rule keeps of each record, in a file a job (piece-files.ts), looked up by the index of the record. */
import { closeSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { storageError } from '../../base/storage-error.ts';
import { openFilesLimit } from '../../base/free-resources.ts';
import type { ObservedPart } from '../rule.ts';
import { damaged, entryBytes } from './piece-files.ts';

export type RowsPart = ObservedPart & { path: string };

/** Files held open, each with the starts of its rows: of what the process may hold, eight threads take a half. */
const mostOpen = Math.max(1, Math.min(256, Math.floor(openFilesLimit() / 16)));
type OpenFile = { file: number; entries: Buffer };

/** Close it. Errors are AttuneErrors 'storage' that name the file. */
export class Rows {
  readonly #parts: readonly RowsPart[];
  /** In the order in which they were opened. */
  readonly #open = new Map<string, OpenFile>();

  constructor(parts: readonly RowsPart[]) {
    this.#parts = parts;
  }

  get(index: number): Buffer {
    const { path, first, count } = this.#partOf(index);
    try {
      return readRow(this.#file(path, count), index - first, path);
    } catch (cause) {
      throw storageError(path, cause);
    }
  }

  close(): void {
    for (const { file } of this.#open.values()) closeSync(file);
    this.#open.clear();
  }

  #partOf(index: number): RowsPart {
    let low = 0;
    let high = this.#parts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#parts[middle]!.first <= index) low = middle;
      else high = middle - 1;
    }
    return this.#parts[low]!;
  }

  #file(path: string, count: number): OpenFile {
    const known = this.#open.get(path);
    if (known) return known;
    if (this.#open.size >= mostOpen) {
      const [oldest, { file }] = this.#open.entries().next().value!;
      closeSync(file);
      this.#open.delete(oldest);
    }
    const file = openSync(path, 'r');
    const opened = { file, entries: Buffer.alloc((count + 1) * entryBytes) };
    this.#open.set(path, opened);
    const { entries } = opened;
    const read = readSync(file, entries, 0, entries.length, 0);
    const isWhole =
      read === entries.length && crc32(entries.subarray(0, -4)) === entries.readUInt32LE(read - 4);
    if (!isWhole) throw damaged(path);
    return opened;
  }
}

function readRow({ file, entries }: OpenFile, number: number, path: string): Buffer {
  const at = number * entryBytes;
  const start = entries.readUInt32LE(at);
  const row = Buffer.alloc(entries.readUInt32LE(at + entryBytes) - start);
  const read = readSync(file, row, 0, row.length, start);
  if (read < row.length || crc32(row) !== entries.readUInt32LE(at + 4)) throw damaged(path);
  return row;
}
