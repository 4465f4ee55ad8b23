/** How good the removals of near-duplicates are, against all pairs by brute force. */
import { similarPairs, wordShingles } from '../../test/support/brute-force-duplicates.ts';

/** Jaccard similarity of word triples from which two texts are near-duplicates. */
export const nearDuplicateFrom = 0.8;

export type RemovalQuality = {
  /** Pairs of near-duplicates among the texts that were considered. */
  pairs: number;
  /** Share of them of which at most one text is left. */
  recall: number;
  removed: number;
  /** Share of the removed texts that have a near-duplicate among those that are left. */
  precision: number;
};

type Outcome = { considered: readonly string[]; kept: readonly string[] };

/** Judges any number of outcomes on the same texts, which are compared once. */
export function removalJudge(texts: ReadonlyMap<string, string>): (outcome: Outcome) => RemovalQuality {
  const ids = [...texts.keys()];
  const shingles = [...texts.values()].map((text) => wordShingles(text));
  const allPairs = similarPairs(shingles, nearDuplicateFrom).map(([a, b]) => [ids[a]!, ids[b]!] as const);
  return (outcome) => {
    const [considered, kept] = [new Set(outcome.considered), new Set(outcome.kept)];
    const pairs = allPairs.filter(([a, b]) => considered.has(a) && considered.has(b));
    const resolved = pairs.filter(([a, b]) => !kept.has(a) || !kept.has(b));
    const besideKept = new Set(
      pairs.flatMap(([a, b]) => [...(kept.has(b) ? [a] : []), ...(kept.has(a) ? [b] : [])]),
    );
    const removed = [...considered].filter((id) => !kept.has(id));
    const share = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole);
    return {
      pairs: pairs.length,
      recall: share(resolved.length, pairs.length),
      removed: removed.length,
      precision: share(removed.filter((id) => besideKept.has(id)).length, removed.length),
    };
  };
}
