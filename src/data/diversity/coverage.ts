import { cosine, partialCosine, tailLength, type VectorTable } from '../embeddings/vector-table.ts';

/** Dimensions after which most records are seen to lie farther away than the nearest so far. */
const headDimensions = 16;
/** More than rounding can make of a cosine. */
const slack = 1e-9;

/**
 * Of each probe the highest cosine with a chosen record, in [-1, 1]; -1 where none is chosen. What two rows have beyond their
 * first dimensions adds at most the product of its lengths (Cauchy and Schwarz), so that most pairs need no more than these.
 */
export function nearestCosines(table: VectorTable, probes: Int32Array, chosen: Int32Array): Float64Array {
  const head = Math.min(headDimensions, table.dimensions);
  const tails = Float64Array.from(chosen, (record) => tailLength(table, record, head));
  const highest = new Float64Array(chosen.length);
  return Float64Array.from(probes, (probe) => {
    const tail = tailLength(table, probe, head);
    let likely = 0;
    for (let i = 0; i < chosen.length; i++) {
      highest[i] = partialCosine(table, probe, chosen[i]!, head) + tail * tails[i]! + slack;
      if (highest[i]! > highest[likely]!) likely = i;
    }
    let best = chosen.length === 0 ? -1 : cosine(table, probe, chosen[likely]!);
    for (let i = 0; i < chosen.length; i++)
      if (highest[i]! > best) best = Math.max(best, cosine(table, probe, chosen[i]!));
    return best;
  });
}

/** How near the chosen records are to all: the mean of these cosines, the highest of those found among parts of the chosen. */
export function coverage(parts: readonly Float64Array[]): number {
  const probes = parts[0]?.length ?? 0;
  let sum = 0;
  for (let i = 0; i < probes; i++) sum += Math.max(...parts.map((nearest) => nearest[i]!));
  return probes === 0 ? 0 : sum / probes;
}

/** Cosines that one figure may cost: some tenths of a second. */
const mostCosines = 2e6;

/** As many probes as that allows for so many chosen, between 50 and 2,000. */
export function probeCount(chosen: number): number {
  return Math.min(2000, Math.max(50, Math.floor(mostCosines / Math.max(1, chosen))));
}
