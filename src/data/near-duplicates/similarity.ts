import type { UnitKind } from '../../text/shingles.ts';
import { sketchSize } from './sketch.ts';

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

/** Compares records at a threshold. */
export type Comparison = { threshold: number; leastAgreement: number };

export function comparisonAt(threshold: number): Comparison {
  return { threshold, leastAgreement: leastAgreement(threshold) };
}

type Sketched = Comparable & { sketch: Uint8Array };

/** The similarity of two records where it reaches the threshold, else 0: from the shingles or words, not the sketches. */
export function verifiedSimilarity(
  a: Sketched,
  b: Sketched,
  { threshold, leastAgreement: least }: Comparison,
): number {
  if (a.kind !== b.kind) return 0;
  // Short texts are not compared by the shingles that their sketches are of. Of others, sketches rule out most pairs.
  const areShort = a.shortText !== undefined && b.shortText !== undefined;
  if (!areShort && !agree(a.sketch, b.sketch, least)) return 0;
  const value = similarity(a, b);
  return value >= threshold ? value : 0;
}

function agree(a: Uint8Array, b: Uint8Array, least: number): boolean {
  let allowed = sketchSize - least;
  for (let i = 0; i < sketchSize; i++) if (a[i] !== b[i] && --allowed < 0) return false;
  return true;
}

/**
 * Places that agree in the sketches of all but about one in 300,000 of the pairs just at the threshold J: 4.5 standard
 * deviations sqrt(k J (1 - J)) below the mean k J.
 */
function leastAgreement(threshold: number): number {
  const mean = sketchSize * threshold;
  return Math.max(0, Math.floor(mean - 4.5 * Math.sqrt(mean * (1 - threshold))));
}
