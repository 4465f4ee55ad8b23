import type { PiiConfig } from '../config/pii.ts';
import type { Example } from '../example.ts';
import type { Verdict } from '../verdict.ts';
import { countsOf, maskExample, type MaskRules } from '../pii/mask-example.ts';
import { maskRules } from '../pii/mask-rules.ts';
import type { RecordRule } from '../rule.ts';

/**
 * Puts stand-ins in the place of personal data, or drops the records that hold some, type by type. The ledger gets types
 * and offsets, never the values. `products` are names of things, that of no person. Throws AttuneError 'config' when a key for hashing is missing.
 */
export function pii(config: PiiConfig, products: readonly string[] = []): RecordRule {
  const rules = maskRules(config, { products });
  return { name: 'pii', decide: (example) => maskVerdict(example, rules) };
}

/** What becomes of one example under these rules. */
export function maskVerdict(example: Example, rules: MaskRules): Verdict {
  const { example: masked, details, dropFor } = maskExample(example, rules);
  if (dropFor)
    return {
      drop: `holds ${dropFor.map(({ type, count }) => `${count} ${type}`).join(', ')}`,
      kind: `holds ${dropFor.map(({ type }) => type).join(', ')}`,
    };
  if (details.length === 0) return { example };
  const changes = countsOf(details).map(({ type, count }) => ({
    reason: `masked ${count} ${type}`,
    kind: `masked ${type}`,
    details: details.filter((detail) => detail.type === type),
  }));
  return { example: masked, changes };
}
