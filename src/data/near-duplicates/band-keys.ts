import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { storageError } from '../../base/files.ts';

const blockRecords = 16_384;

/**
 * The band keys of any number of records, shuffled by band: added a record at a time, read a band at a time. Full blocks
 * (band by band within) go to a file, so memory holds one block and the band in work. Close it.
 */
export class BandKeys {
  count = 0;
  readonly #path: string;
  readonly #bands: number;
  readonly #block: Uint32Array;
  #file: number | undefined;

  constructor(path: string, bands: number) {
    this.#path = path;
    this.#bands = bands;
    this.#block = new Uint32Array(bands * blockRecords);
  }

  /** Adds the next record's keys, one for each band. */
  add(keys: Uint32Array): void {
    const at = this.count % blockRecords;
    for (let band = 0; band < this.#bands; band++) this.#block[band * blockRecords + at] = keys[band]!;
    this.count += 1;
    if (at === blockRecords - 1) this.#guard(() => this.#flush());
  }

  /** The keys of one band, in the order in which the records were added. */
  band(band: number): Uint32Array {
    const keys = new Uint32Array(this.count);
    const rest = this.count % blockRecords;
    const blocks = (this.count - rest) / blockRecords;
    this.#guard(() => {
      for (let block = 0; block < blocks; block++) {
        const part = keys.subarray(block * blockRecords, (block + 1) * blockRecords);
        const bytes = new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
        const from = (block * this.#bands + band) * blockRecords * 4;
        for (let at = 0; at < bytes.length;)
          at += readSync(this.#file!, bytes, at, bytes.length - at, from + at);
      }
    });
    keys.set(this.#block.subarray(band * blockRecords, band * blockRecords + rest), blocks * blockRecords);
    return keys;
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #flush(): void {
    this.#file ??= openSync(this.#path, 'w+');
    const bytes = new Uint8Array(this.#block.buffer);
    for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at);
  }

  #guard(action: () => void): void {
    try {
      action();
    } catch (cause) {
      throw storageError(this.#path, cause);
    }
  }
}
