import type { CorpusRule } from '../rule.ts';
import { chooseSample } from './budget.ts';

/** The plan: the records that are left out, by index. */
type LeftOut = Set<number>;

/**
 * Keeps so many synthetic examples (`meta.synthetic`) that they are at most `maxShare` of all, every kind in
 * proportion, by seeded choice. Real examples are never left out.
 */
export function syntheticShare(maxShare: number): CorpusRule<string | null, LeftOut> {
  const reason = `synthetic examples are at most ${Number((maxShare * 100).toFixed(2))}% of all`;
  return {
    name: 'synthetic_share',
    observe: ({ meta }) => (meta['synthetic'] === true ? String(meta['kind'] ?? '') : null),
    conclude: async (facts, { seed }) => {
      const synthetic: number[] = [];
      const kinds: string[] = [];
      let index = 0;
      for await (const kind of facts) {
        if (kind !== null) {
          synthetic.push(index);
          kinds.push(kind);
        }
        index += 1;
      }
      const kept = chooseSample(kinds, mostSynthetic(index - synthetic.length, maxShare), seed);
      return new Set(synthetic.filter((_, i) => !kept.has(i)));
    },
    apply: (example, index, leftOut) => (leftOut.has(index) ? { drop: reason } : { example }),
  };
}

/** The largest s with s / (real + s) <= share. */
function mostSynthetic(real: number, share: number): number {
  return Math.floor((real * share) / (1 - share) + 1e-9);
}
