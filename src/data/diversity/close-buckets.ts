import type { Random } from '../../base/random.ts';
import { cosine, type VectorTable } from '../embeddings/vector-table.ts';

/**
 * Divides rows into buckets of at most `largest` that lie close together, by halving: two far rows are found (a row
 * drawn at random, the farthest from it, the farthest from that), and the rows are divided at the median of the
 * difference of their cosines to the two. Costs a few cosines a row and level, so a million rows take seconds.
 */
export function closeBuckets(
  table: VectorTable,
  rows: Int32Array,
  { largest, random }: { largest: number; random: Random },
): Int32Array[] {
  const done: Int32Array[] = [];
  const open = [rows];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    if (part.length <= largest) {
      if (part.length > 0) done.push(part);
      continue;
    }
    const start = part[random.integer(part.length)]!;
    const one = farthestFrom(table, part, start);
    const other = farthestFrom(table, part, one);
    const lean = Float64Array.from(part, (row) => cosine(table, row, one) - cosine(table, row, other));
    const order = Int32Array.from(part.keys()).sort((a, b) => lean[a]! - lean[b]! || a - b);
    const half = part.length >> 1;
    const sorted = order.map((i) => part![i]!);
    // The order of the records within a bucket, so that ties do not hang on the way here.
    open.push(sorted.slice(half).sort(), sorted.slice(0, half).sort());
  }
  return done;
}

function farthestFrom(table: VectorTable, rows: Int32Array, from: number): number {
  let best = rows[0]!;
  let lowest = Infinity;
  for (const row of rows) {
    const similarity = cosine(table, row, from);
    if (similarity < lowest) {
      lowest = similarity;
      best = row;
    }
  }
  return best;
}
