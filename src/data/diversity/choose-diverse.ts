import type { Random } from '../../base/random.ts';
import { cosine, type VectorTable } from '../embeddings/vector-table.ts';
import { closeBuckets } from './close-buckets.ts';
import { facilityLocation } from './facility-location.ts';
import { kCenter } from './k-center.ts';
import { divideQuota } from './quotas.ts';

/** Chosen among this many at a time: the cosines of a bucket, 256 x 256, are what a choice costs. */
const bucketSize = 256;

export type DiverseOptions = {
  method: 'facility-location' | 'k-center';
  random: Random;
};

/**
 * The rows of one group to keep, `places` of them: buckets of close records get places in proportion, and within a bucket
 * those are kept that stand for the others. Cost and memory grow linearly with the rows.
 */
export function chooseDiverse(
  table: VectorTable,
  rows: Int32Array,
  places: number,
  { method, random }: DiverseOptions,
): Int32Array {
  if (places >= rows.length) return rows;
  const choose = method === 'k-center' ? kCenter : facilityLocation;
  const buckets = closeBuckets(table, rows, { largest: bucketSize, random });
  const counts = divideQuota(
    buckets.map((bucket) => bucket.length),
    places,
    0,
  );
  // One for all buckets: 256 kB each would pile up faster than they are collected.
  const similarities = new Float32Array(Math.max(0, ...buckets.map(({ length }) => length)) ** 2);
  const kept = buckets.flatMap((bucket, b) => {
    if (counts[b] === 0) return [];
    fillSimilarities(similarities, table, bucket);
    return choose(similarities, bucket.length, counts[b]!).map((item) => bucket[item]!);
  });
  return Int32Array.from(kept).sort();
}

/** [count, count], row by row. */
function fillSimilarities(similarities: Float32Array, table: VectorTable, rows: Int32Array): void {
  const count = rows.length;
  for (let a = 0; a < count; a++)
    for (let b = a; b < count; b++)
      similarities[a * count + b] = similarities[b * count + a] = cosine(table, rows[a]!, rows[b]!);
}
