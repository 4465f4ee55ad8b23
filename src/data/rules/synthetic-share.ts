import { categoryBuilder } from '../diversity/category-column.ts';
import type { CorpusRule } from '../rule.ts';
import { chooseSample } from './budget.ts';

/** The plan: a 1 for each record that is left out. */
type LeftOut = Uint8Array;

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
      let synthetic = 0;
      for await (const kind of facts) synthetic += Number(kind !== null);
      const kinds = categoryBuilder(synthetic);
      const records = new Int32Array(synthetic);
      let index = 0;
      let found = 0;
      for await (const kind of facts) {
        if (kind !== null) {
          kinds.set(found, kind);
          records[found++] = index;
        }
        index += 1;
      }
      const kept = chooseSample(kinds.category, mostSynthetic(facts.count - synthetic, maxShare), seed);
      const leftOut = new Uint8Array(facts.count);
      records.forEach((record, i) => (leftOut[record] = 1 - kept[i]!));
      return leftOut;
    },
    apply: (example, index, leftOut) => (leftOut[index] === 1 ? { drop: reason } : { example }),
  };
}

/** The largest s with s / (real + s) <= share. */
function mostSynthetic(real: number, share: number): number {
  return Math.floor((real * share) / (1 - share) + 1e-9);
}
