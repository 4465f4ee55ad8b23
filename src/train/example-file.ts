/** Encoded examples in a file, so that training takes the same memory for a million examples as for a thousand. */
import { mkdir, open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { storageError } from '../base/storage-error.ts';
import { supervisedCount } from '../model/packing.ts';
import type { ExampleSizes } from '../model/packing.ts';
import type { EncodedExample } from '../text/encoded-example.ts';
import type { ExampleSource } from './example-source.ts';

export type ExampleFile = ExampleSource & { close: () => Promise<void> };

const bufferedBytes = 1024 * 1024;

/**
 * Writes `examples` to `path` in place of what was there, and opens them for reading. What stays in memory is 16 bytes
 * per example: where it is, its tokens, its supervised tokens. The file belongs to this run: it holds nothing that
 * could not be made again, and is neither flushed nor read by another. Throws AttuneError 'storage' when the disk is
 * full; an error of `examples` itself passes through.
 */
export async function writeExampleFile(
  path: string,
  examples: AsyncIterable<EncodedExample>,
): Promise<ExampleFile> {
  const file = await stored(path, async () => {
    await mkdir(dirname(path), { recursive: true });
    return open(path, 'w+');
  });
  try {
    const [tokens, supervised, ends] = [
      new Column(Int32Array),
      new Column(Int32Array),
      new Column(Float64Array),
    ];
    let paired = false;
    let [pending, pendingBytes, end]: [Uint8Array[], number, number] = [[], 0, 0];
    const flush = async (): Promise<void> => {
      await stored(path, () => file.writeFile(Buffer.concat(pending)));
      [pending, pendingBytes] = [[], 0];
    };
    for await (const example of examples) {
      const record = encodeRecord(example);
      pending.push(record);
      pendingBytes += record.length;
      tokens.push(example.tokens.length);
      supervised.push(supervisedCount(example));
      ends.push((end += record.length));
      paired ||= example.pair !== undefined;
      if (pendingBytes >= bufferedBytes) await flush();
    }
    await flush();
    return openRecords(path, file, {
      tokens: tokens.finish(),
      supervised: supervised.finish(),
      ends: ends.finish(),
      paired,
    });
  } catch (cause) {
    await file.close();
    throw cause;
  }
}

type Index = ExampleSizes & { ends: Float64Array };

function openRecords(path: string, file: FileHandle, { ends, ...sizes }: Index): ExampleFile {
  const readOne = async (index: number): Promise<EncodedExample> => {
    const start = ends[index - 1] ?? 0;
    const record = Buffer.alloc(ends[index]! - start);
    const { bytesRead } = await stored(path, () => file.read(record, 0, record.length, start));
    if (bytesRead < record.length)
      throw storageError(path, new Error('the file was cut short while training read it'));
    return decodeRecord(record, sizes.tokens[index]!);
  };
  return {
    ...sizes,
    read: (indexes) => Promise.all(Array.from(indexes, readOne)),
    close: () => file.close(),
  };
}

/** Token ids (int32 each), the supervised mask (a byte each), the rest as JSON; little-endian as every machine that runs this. */
function encodeRecord({ tokens, supervised, ...rest }: EncodedExample): Uint8Array {
  const ids = new Uint8Array(tokens.buffer, tokens.byteOffset, tokens.byteLength);
  return Buffer.concat([ids, supervised, Buffer.from(JSON.stringify(rest))]);
}

function decodeRecord(record: Buffer, tokenCount: number): EncodedExample {
  const restAt = 5 * tokenCount;
  const tokens = new Int32Array(tokenCount);
  new Uint8Array(tokens.buffer).set(record.subarray(0, 4 * tokenCount));
  const supervised = Uint8Array.from(record.subarray(4 * tokenCount, restAt));
  const rest = JSON.parse(record.toString('utf8', restAt)) as Omit<EncodedExample, 'tokens' | 'supervised'>;
  return { ...rest, tokens, supervised };
}

/** Runs a file operation; a failure of the disk names the path. */
async function stored<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw storageError(path, cause);
  }
}

/** A typed array that grows. */
class Column<A extends Int32Array | Float64Array> {
  #values: A;
  #length = 0;
  readonly #create: new (length: number) => A;

  constructor(create: new (length: number) => A) {
    this.#create = create;
    this.#values = new create(1024);
  }

  push(value: number): void {
    if (this.#length === this.#values.length) this.#values = this.#copy(2 * this.#length);
    this.#values[this.#length++] = value;
  }

  /** The values, in no more memory than they take. */
  finish(): A {
    return this.#copy(this.#length);
  }

  #copy(length: number): A {
    const values = new this.#create(length);
    values.set(this.#values.subarray(0, Math.min(length, this.#length)));
    return values;
  }
}
