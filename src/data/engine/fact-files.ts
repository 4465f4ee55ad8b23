/** Facts on disk: what `observe` returned, in frames of some hundred records, one file a job. */
import { readFile } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';
import { storageError } from '../../base/storage-error.ts';
import { throwIfInterrupted } from '../../base/interrupt.ts';
import type { Facts } from '../rule.ts';

/** A file of facts and how many records it tells of. */
export type FactsPart = { path: string; count: number };

const factsPerFrame = 256;
/** Before each frame: its bytes and its facts, as two 32-bit integers. */
const headerBytes = 8;

/** Encodes the facts of a job, a frame at a time. */
export class FactsWriter {
  readonly #blocks: Buffer[] = [];
  #frame: unknown[] = [];

  add(fact: unknown): void {
    if (this.#frame.push(fact) === factsPerFrame) this.#close();
  }

  finish(): readonly Uint8Array[] {
    this.#close();
    return this.#blocks;
  }

  #close(): void {
    if (this.#frame.length === 0) return;
    const bytes = serialize(this.#frame);
    const header = Buffer.alloc(headerBytes);
    header.writeUInt32LE(bytes.byteLength, 0);
    header.writeUInt32LE(this.#frame.length, 4);
    this.#blocks.push(header, bytes);
    this.#frame = [];
  }
}

/** The facts of a pass. Memory holds one file of them at a time. */
export function openFacts<Fact>(parts: readonly FactsPart[], signal: AbortSignal): Facts<Fact> {
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const frames = (isWanted: (end: number) => boolean = () => true): AsyncGenerator<Frame<Fact>> =>
    readFrames<Fact>(parts, isWanted, signal);
  return {
    count,
    async *[Symbol.asyncIterator]() {
      for await (const { facts } of frames()) for (const fact of facts) yield fact;
    },
    async *pick(indexes) {
      const wanted = ascending(indexes);
      let next = 0;
      const isWanted = (end: number): boolean => next < wanted.length && wanted[next]! < end;
      for await (const { first, facts } of frames(isWanted))
        for (; next < wanted.length && wanted[next]! < first + facts.length; next++)
          yield { index: wanted[next]!, fact: facts[wanted[next]! - first]! };
    },
  };
}

/** Distinct numbers in ascending order. */
export function ascending(indexes: Iterable<number>): Uint32Array {
  const sorted = Uint32Array.from(indexes).sort();
  return sorted.filter((index, i) => i === 0 || index !== sorted[i - 1]);
}

type Frame<Fact> = { first: number; facts: Fact[] };

/** Frames in order; files and frames that end before what is wanted are passed over unread. */
async function* readFrames<Fact>(
  parts: readonly FactsPart[],
  isWanted: (end: number) => boolean,
  signal: AbortSignal,
): AsyncGenerator<Frame<Fact>> {
  let first = 0;
  for (const { path, count } of parts) {
    const end = first + count;
    if (count === 0 || !isWanted(end)) {
      first = end;
      continue;
    }
    const bytes = await readFile(path).catch((cause: unknown) => {
      throw storageError(path, cause);
    });
    for (let at = 0; at < bytes.length;) {
      throwIfInterrupted(signal);
      const length = bytes.readUInt32LE(at);
      const facts = bytes.readUInt32LE(at + 4);
      if (isWanted(first + facts))
        yield {
          first,
          facts: deserialize(bytes.subarray(at + headerBytes, at + headerBytes + length)) as Fact[],
        };
      first += facts;
      at += headerBytes + length;
    }
  }
}
