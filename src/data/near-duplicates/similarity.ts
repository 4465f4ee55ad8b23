import type { UnitKind } from '../../text/shingles.ts';

/** What two texts are compared by. */
export type Comparable = {
  kind: UnitKind;
  /** Distinct hashes, ascending. Empty for a text without words, which is similar to nothing. */
  shingles: Uint32Array;
  /** The words (or characters) themselves in order, of a text too short for its shingles to say much. */
  shortText?: Uint32Array;
};

/**
 * Similarity in [0, 1]: the Jaccard similarity of the shingles, or of two short texts the words they share in the same
 * order over all their words. One changed word takes three shingles with it, which is nearly all that a short text has;
 * and a set of words alone would not tell "from A to B" from "from B to A".
 */
export function similarity(a: Comparable, b: Comparable): number {
  if (a.kind !== b.kind) return 0;
  if (a.shortText && b.shortText) return orderedJaccard(a.shortText, b.shortText);
  return jaccard(a.shingles, b.shingles);
}

/** |A ∩ B| / |A ∪ B| of two ascending lists without repeats; 0 when both are empty. */
export function jaccard(a: Uint32Array, b: Uint32Array): number {
  let shared = 0;
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const difference = a[i]! - b[j]!;
    if (difference === 0) shared += 1;
    if (difference <= 0) i += 1;
    if (difference >= 0) j += 1;
  }
  return shared === 0 ? 0 : shared / (a.length + b.length - shared);
}

/** L / (|a| + |b| - L), L the length of the longest common subsequence; 0 when both are empty. */
export function orderedJaccard(a: Uint32Array, b: Uint32Array): number {
  let lengths = new Uint16Array(b.length + 1);
  for (const one of a) {
    const next = new Uint16Array(b.length + 1);
    for (let j = 0; j < b.length; j++)
      next[j + 1] = one === b[j] ? lengths[j]! + 1 : Math.max(next[j]!, lengths[j + 1]!);
    lengths = next;
  }
  const common = lengths[b.length]!;
  return common === 0 ? 0 : common / (a.length + b.length - common);
}
