import { piiConfig } from '../data/config/pii.ts';
import type { CurateConfig } from '../data/config.ts';
import type { Example } from '../data/example.ts';
import { entityNames } from '../data/rules/entities.ts';
import { internalNotes } from '../data/rules/internal-notes.ts';
import { normalise } from '../data/rules/normalise.ts';
import { pii } from '../data/rules/pii.ts';
import { structure } from '../data/rules/structure.ts';

/**
 * What may be sent of a real example: without personal data, whatever the project masks in its own data, and without
 * notes that were meant for colleagues. Undefined for an example that curation would leave out.
 */
export function seedMasker(config: CurateConfig): (example: Example) => Example | undefined {
  const { countries, patterns, allow } = config.pii;
  const everything = piiConfig.parse({ countries, patterns, allow });
  const rules = [
    normalise(config.normalise),
    internalNotes(config.internal_notes),
    structure,
    pii(everything, entityNames(config.entities)),
  ];
  return (example) => {
    let masked = example;
    for (const rule of rules) {
      const verdict = rule.decide(masked);
      if (verdict.example === undefined) return undefined;
      masked = verdict.example;
    }
    return masked;
  };
}
