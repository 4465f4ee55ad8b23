import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { storageError } from '../../base/files.ts';
import { GrowingList } from '../../base/growing-list.ts';

const bufferedNumbers = 256 * 1024;
/** At most 64 MB, and 6 MB of lists of a hundred numbers; prime, as most numbers asked for are even. */
const cachedLists = 16_381;
const longestCached = 1024;

/**
 * Lists of 32-bit numbers by their number, in a file once they are more than a buffer holds. Memory: 12 bytes a list,
 * the buffer and a cache. Close it.
 */
export class ShingleStore {
  readonly #path: string;
  readonly #starts = new GrowingList((size) => new Float64Array(size));
  readonly #lengths = new GrowingList((size) => new Int32Array(size));
  /** By the number modulo its size: a look-up costs no more than the comparison that follows. */
  readonly #cache: ({ number: number; list: Uint32Array } | undefined)[] = [];
  #buffer = new Uint32Array(bufferedNumbers);
  #buffered = 0;
  /** Numbers in the file. */
  #written = 0;
  #file: number | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Adds a list, whose number is the count of those before it. */
  add(list: Uint32Array): void {
    this.#starts.push(this.#written + this.#buffered);
    this.#lengths.push(list.length);
    if (this.#buffered + list.length > this.#buffer.length) this.#guard(() => this.#flush());
    if (list.length > this.#buffer.length) this.#guard(() => this.#write(list));
    else {
      this.#buffer.set(list, this.#buffered);
      this.#buffered += list.length;
    }
  }

  get(number: number): Uint32Array {
    const start = this.#starts.at(number);
    const length = this.#lengths.at(number);
    if (start >= this.#written)
      return this.#buffer.subarray(start - this.#written, start - this.#written + length);
    const slot = number % cachedLists;
    const cached = this.#cache[slot];
    if (cached?.number === number) return cached.list;
    const list = new Uint32Array(length);
    this.#guard(() => this.#read(list, start));
    if (length <= longestCached) this.#cache[slot] = { number, list };
    return list;
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    this.#cache.length = 0;
  }

  #flush(): void {
    this.#write(this.#buffer.subarray(0, this.#buffered));
    this.#buffered = 0;
  }

  #write(list: Uint32Array): void {
    this.#file ??= openSync(this.#path, 'w+');
    const bytes = new Uint8Array(list.buffer, list.byteOffset, list.byteLength);
    for (let at = 0; at < bytes.length;)
      at += writeSync(this.#file, bytes, at, bytes.length - at, this.#written * 4 + at);
    this.#written += list.length;
  }

  #read(list: Uint32Array, start: number): void {
    const bytes = new Uint8Array(list.buffer);
    for (let at = 0; at < bytes.length;) {
      const count = readSync(this.#file!, bytes, at, bytes.length - at, start * 4 + at);
      if (count === 0) throw new Error(`${this.#path} ends early: was it changed while in use?`);
      at += count;
    }
  }

  #guard(action: () => void): void {
    try {
      action();
    } catch (cause) {
      throw storageError(this.#path, cause);
    }
  }
}
