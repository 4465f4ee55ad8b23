import { findSet, type DisjointSets, makeSets, uniteSets } from '../../base/union-find.ts';
import { partitionOf } from '../partition.ts';
import type { Shuffle } from '../rule.ts';
import type { JoinParameters } from './join-buckets.ts';

/**
 * The sets of records connected by similar pairs, of all partitions together. The same for any order of the records.
 * Memory: 4 bytes a record.
 */
export async function joinedSets(shuffle: Shuffle, parameters: JoinParameters): Promise<DisjointSets> {
  const joined = await shuffle.reduce('join', { parameters });
  const sets = makeSets(shuffle.count);
  for await (const pairs of joined.pieces<Uint32Array>(0))
    for (let i = 0; i < pairs.length; i += 2) uniteSets(sets, pairs[i]!, pairs[i + 1]!);
  return sets;
}

/**
 * The sets of two records and more, divided among partitions: each as its size and its members, ascending. Memory: 4
 * bytes a record, and 4 for each that is similar to another.
 */
export function divideSets(sets: DisjointSets, partitions: number): Uint32Array[] {
  const sizes = new Uint32Array(sets.length);
  for (let record = 0; record < sets.length; record++) sizes[findSet(sets, record)]! += 1;
  const lengths = new Uint32Array(partitions);
  for (const [root, size] of sizes.entries())
    if (size > 1) lengths[partitionOf(root, partitions)]! += size + 1;
  const lists = Array.from(lengths, (length) => new Uint32Array(length));
  const next = new Uint32Array(partitions);
  // From a size to the place of the next member, once the set's first member has come: its representative.
  const places = sizes;
  for (let record = 0; record < sets.length; record++) {
    const root = findSet(sets, record);
    const partition = partitionOf(root, partitions);
    if (root === record) {
      const size = sizes[root]!;
      places[root] = 0;
      if (size === 1) continue;
      lists[partition]![next[partition]!] = size;
      places[root] = next[partition]! + 1;
      next[partition]! += size + 1;
    }
    if (places[root]! > 0) lists[partition]![places[root]!++] = record;
  }
  return lists;
}
