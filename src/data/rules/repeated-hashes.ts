import type { Facts } from '../rule.ts';

export type Repetition = { min_conversations: number; min_share: number };

/** Cells of the sketch, a power of two: 16 MB of counts. */
const cells = 1 << 22;

/**
 * The hashes that stand in at least `min_conversations` records and in at least `min_share` of them. Two
 * passes over the facts in bounded memory: a sketch of counts (a count-min sketch of two rows; Cormode and Muthukrishnan
 * 2005) never counts too little, so what it leaves over holds all that is looked for and is then counted exactly.
 */
export async function repeatedHashes(
  facts: Facts<readonly number[]>,
  { min_conversations, min_share }: Repetition,
): Promise<Set<number>> {
  const sketch = [new Uint32Array(cells), new Uint32Array(cells)] as const;
  let records = 0;
  for await (const hashes of facts) {
    records += 1;
    for (const hash of hashes) {
      sketch[0][lowCell(hash)]! += 1;
      sketch[1][highCell(hash)]! += 1;
    }
  }
  const least = Math.max(min_conversations, Math.ceil(min_share * records));
  const counts = new Map<number, number>();
  for await (const hashes of facts)
    for (const hash of hashes)
      if (sketch[0][lowCell(hash)]! >= least && sketch[1][highCell(hash)]! >= least)
        counts.set(hash, (counts.get(hash) ?? 0) + 1);
  return new Set([...counts].filter(([, count]) => count >= least).map(([hash]) => hash));
}

function lowCell(hash: number): number {
  return hash % cells;
}

function highCell(hash: number): number {
  return Math.floor(hash / 2 ** 27) % cells;
}
