import type { PiiConfig } from '../config/pii.ts';
import type { RecordRule } from '../rule.ts';
import { countsOf, maskExample } from '../pii/mask.ts';
import { maskRules, type MaskingOptions } from '../pii/masking.ts';

/**
 * Puts stand-ins in the place of personal data, or drops the records that hold some, type by type. The ledger gets types
 * and offsets, never the values. Throws AttuneError 'config' when a key for hashing is missing.
 */
export function pii(config: PiiConfig, options: MaskingOptions = {}): RecordRule {
  const rules = maskRules(config, options);
  return {
    name: 'pii',
    decide: (example) => {
      const { example: masked, details, dropFor } = maskExample(example, rules);
      if (dropFor) {
        const types = dropFor.map(({ type }) => type).join(', ');
        return {
          drop: `holds ${dropFor.map(({ type, count }) => `${count} ${type}`).join(', ')}`,
          kind: `holds ${types}`,
        };
      }
      if (details.length === 0) return { example };
      const changes = countsOf(details).map(({ type, count }) => ({
        reason: `masked ${count} ${type}`,
        kind: `masked ${type}`,
        details: details.filter((detail) => detail.type === type),
      }));
      return { example: masked, changes };
    },
  };
}
