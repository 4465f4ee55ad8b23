import { cosine, type VectorTable } from '../embeddings/vector-table.ts';

/**
 * How near the chosen records are to all: the mean over `probes` of the highest cosine with a chosen record, in [-1, 1].
 * 0 where none is chosen.
 */
export function coverage(table: VectorTable, probes: Int32Array, chosen: Int32Array): number {
  if (probes.length === 0 || chosen.length === 0) return 0;
  let sum = 0;
  for (const probe of probes) {
    let best = -1;
    for (const record of chosen) best = Math.max(best, cosine(table, probe, record));
    sum += best;
  }
  return sum / probes.length;
}

/** Cosines that one figure may cost: some tenths of a second. */
const mostCosines = 2e6;

/** As many probes as that allows for so many chosen, between 50 and 2,000. */
export function probeCount(chosen: number): number {
  return Math.min(2000, Math.max(50, Math.floor(mostCosines / Math.max(1, chosen))));
}
