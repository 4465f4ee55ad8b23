/**
 * Shuffle by key: pairs of a key and the index of a record, partitioned by the key's hash. Pairs wait in memory while
 * they are few and on disk from then on; a partition is grouped by itself.
 */
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { storageError } from '../../base/files.ts';
import { throwIfInterrupted } from '../interrupt.ts';
import type { Group, Key } from '../rule.ts';

/** Pairs held in memory, of all partitions together, before they are written. */
const heldPairs = 1 << 18;
/** With up to a few dozen keys a record, the pairs of a partition fill some tens of megabytes. */
const recordsPerPartition = 1 << 14;
const mostPartitions = 256;

export type ShuffleOptions = {
  scratchFolder: string;
  signal: AbortSignal;
  /** Records; decides the number of partitions. */
  count: number;
  /** Smaller groups are left out. */
  atLeast: number;
};

type Pairs<K> = { keys: K[]; indexes: number[] };
/** Gives pairs by calling `add`; where it yields, they may be written. */
export type PairSource<K> = (add: (key: K, index: number) => void) => AsyncGenerator<void>;

/** One list of groups for each partition. Indexes must come in ascending order. */
export async function* groupByKey<K extends Key>(
  source: PairSource<K>,
  { scratchFolder, signal, count, atLeast }: ShuffleOptions,
): AsyncGenerator<Group<K>[]> {
  const partitions = Math.min(mostPartitions, Math.max(1, Math.ceil(count / recordsPerPartition)));
  const held = Array.from({ length: partitions }, (): Pairs<K> => ({ keys: [], indexes: [] }));
  const folder = await mkdtemp(join(scratchFolder, 'shuffle-'));
  const pathOf = (partition: number): string => join(folder, String(partition));
  let pairs = 0;
  let written = false;
  const add = (key: K, index: number): void => {
    const { keys, indexes } = held[hashKey(key) % partitions]!;
    keys.push(key);
    indexes.push(index);
    pairs += 1;
  };
  try {
    for await (const _pause of source(add)) {
      if (pairs < heldPairs) continue;
      for (const [partition, some] of held.entries()) await append(pathOf(partition), some);
      pairs = 0;
      written = true;
    }
    for (const [partition, rest] of held.entries()) {
      throwIfInterrupted(signal);
      const grouped = new Map<K, number | number[]>();
      if (written) for await (const some of readPairs<K>(pathOf(partition))) group(grouped, some);
      group(grouped, rest);
      held[partition] = { keys: [], indexes: [] };
      yield groupsOf(grouped, atLeast);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Most keys have one record, which needs no list. */
function group<K extends Key>(grouped: Map<K, number | number[]>, { keys, indexes }: Pairs<K>): void {
  for (const [i, key] of keys.entries()) {
    const index = indexes[i]!;
    const known = grouped.get(key);
    if (known === undefined) grouped.set(key, index);
    else if (typeof known === 'number') grouped.set(key, [known, index]);
    else known.push(index);
  }
}

function groupsOf<K extends Key>(grouped: ReadonlyMap<K, number | number[]>, atLeast: number): Group<K>[] {
  const groups: Group<K>[] = [];
  for (const [key, members] of grouped) {
    const indexes = typeof members === 'number' ? [members] : members;
    if (indexes.length >= atLeast) groups.push({ key, indexes });
  }
  return groups;
}

async function append<K extends Key>(path: string, pairs: Pairs<K>): Promise<void> {
  const { keys, indexes } = pairs;
  const packed = keys.every((key) => typeof key === 'number') ? Float64Array.from(keys) : keys;
  const bytes = serialize([packed, Uint32Array.from(indexes)]);
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32LE(bytes.byteLength);
  try {
    await appendFile(path, Buffer.concat([header, bytes]));
  } catch (cause) {
    throw storageError(path, cause);
  }
  keys.length = 0;
  indexes.length = 0;
}

const headerBytes = 8;

async function* readPairs<K extends Key>(path: string): AsyncGenerator<Pairs<K>> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw storageError(path, cause);
  });
  for (let at = 0; at < bytes.length;) {
    const start = at + headerBytes;
    at = start + bytes.readUInt32LE(at);
    const [keys, indexes] = deserialize(bytes.subarray(start, at)) as [ArrayLike<K>, Uint32Array];
    yield { keys: Array.from(keys), indexes: Array.from(indexes) };
  }
}

/** 32 bits; equal keys have equal hashes. Strings by FNV-1a, numbers by mixing their low and high parts. */
function hashKey(key: Key): number {
  let hash = 0x811c9dc5;
  if (typeof key === 'number') {
    hash = Math.imul((key >>> 0) ^ 0x9e3779b9, 0x85ebca6b) ^ (key / 4294967296);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    return (hash ^ (hash >>> 12)) >>> 0;
  }
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
