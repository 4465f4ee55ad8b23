/** Hashes that stand in many records: counted by each job, added up by each partition of the hashes. */
import { partitionOf } from '../partition.ts';
import type { Piece, ReductionContext, Shuffle, ShuffleRule } from '../rule.ts';

export type Repetition = { min_conversations: number; min_share: number };

/** The hashes of one partition, and in how many of a job's records each stands. */
type Counts = { hashes: Float64Array; counts: Uint32Array };

/** How a rule whose facts are the distinct hashes of each record finds the repeated ones. */
export const countingHashes: Pick<ShuffleRule<readonly number[], unknown>, 'divide' | 'reductions'> = {
  divide: (facts, partitions) => {
    const counted = Array.from({ length: partitions }, () => new Map<number, number>());
    for (const hashes of facts)
      for (const hash of hashes) count(counted[partitionOf(hash, partitions)]!, hash, 1);
    return counted.map((counts): Counts => ({
      hashes: Float64Array.from(counts.keys()),
      counts: Uint32Array.from(counts.values()),
    }));
  },
  reductions: { repeated: addCounts },
};

/** The hashes that stand in at least `min_conversations` records and in at least `min_share` of them. */
export async function repeatedHashes(
  shuffle: Shuffle,
  { min_conversations, min_share }: Repetition,
): Promise<Set<number>> {
  const least = Math.max(min_conversations, Math.ceil(min_share * shuffle.count));
  const repeated = await shuffle.reduce('repeated', { parameters: least });
  const all = new Set<number>();
  for await (const hashes of repeated.pieces<Float64Array>(0)) for (const hash of hashes) all.add(hash);
  return all;
}

async function addCounts(
  pieces: AsyncIterable<Piece>,
  { parameters: least }: ReductionContext,
): Promise<Float64Array[]> {
  const sums = new Map<number, number>();
  for await (const { value } of pieces) {
    const { hashes, counts } = value as Counts;
    for (const [i, hash] of hashes.entries()) count(sums, hash, counts[i]!);
  }
  const repeated = [...sums].flatMap(([hash, sum]) => (sum >= (least as number) ? [hash] : []));
  return [Float64Array.from(repeated).sort()];
}

function count(counts: Map<number, number>, hash: number, more: number): void {
  counts.set(hash, (counts.get(hash) ?? 0) + more);
}
