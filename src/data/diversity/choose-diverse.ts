import type { Random } from '../../base/random.ts';
import { cosine, type VectorTable } from '../embeddings/vector-table.ts';
import { closeBuckets } from './buckets.ts';
import { facilityLocation } from './facility-location.ts';
import { kCenter } from './k-center.ts';
import { divideQuota } from './quotas.ts';

/** Chosen among this many at a time: the cosines of a bucket, 256 x 256, are what a choice costs. */
const bucketSize = 256;

export type DiverseOptions = {
  target: number;
  method: 'facility-location' | 'k-center';
  /** 0 keeps the proportions of the groups, 1 makes them equal (see divideQuota). */
  balance: number;
  random: Random;
};

/**
 * Marks the records to keep, 1 each: a quota for each group, divided among its buckets of close records in proportion,
 * and within a bucket those that stand for the others. Cost and memory grow linearly with the records.
 */
export function chooseDiverse(
  table: VectorTable,
  groups: readonly Int32Array[],
  { target, method, balance, random }: DiverseOptions,
): Uint8Array {
  const kept = new Uint8Array(table.count);
  const quotas = divideQuota(
    groups.map((rows) => rows.length),
    target,
    balance,
  );
  // One for all buckets: 256 kB each would pile up faster than they are collected.
  const similarities = new Float32Array(bucketSize ** 2);
  const choose = method === 'k-center' ? kCenter : facilityLocation;
  groups.forEach((rows, g) => {
    const quota = quotas[g]!;
    if (quota === rows.length) {
      for (const row of rows) kept[row] = 1;
      return;
    }
    const buckets = closeBuckets(table, rows, { largest: bucketSize, random });
    const counts = divideQuota(
      buckets.map((bucket) => bucket.length),
      quota,
      0,
    );
    buckets.forEach((bucket, b) => {
      if (counts[b] === 0) return;
      fillSimilarities(similarities, table, bucket);
      for (const item of choose(similarities, bucket.length, counts[b]!)) kept[bucket[item]!] = 1;
    });
  });
  return kept;
}

/** [count, count], row by row. */
function fillSimilarities(similarities: Float32Array, table: VectorTable, rows: Int32Array): void {
  const count = rows.length;
  for (let a = 0; a < count; a++)
    for (let b = a; b < count; b++)
      similarities[a * count + b] = similarities[b * count + a] = cosine(table, rows[a]!, rows[b]!);
}
