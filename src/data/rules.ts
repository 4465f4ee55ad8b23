/** The rules of curation, in the order they run. To add one: a file in filters/ and a line here. */
import type { CurateConfig } from './config.ts';
import { budgetSample } from './filters/budget.ts';
import { exactDuplicates } from './filters/exact-duplicates.ts';
import { internalNotes } from './filters/internal-notes.ts';
import { minCharacters } from './filters/min-characters.ts';
import { normalise } from './filters/normalise.ts';
import { pii } from './filters/pii.ts';
import { structure } from './filters/structure.ts';
import type { Rule } from './rule.ts';

/** What rules are made from, as plain JSON: it travels to wherever they run. */
export type RuleSettings = {
  config: CurateConfig;
  seed: number;
  /** Where the paths in `config` start. */
  projectFolder: string;
};

/** The rules of a project. One that loads something (a word list, a language model) is a promise of a rule. */
export async function makeRules({ config }: RuleSettings): Promise<Rule[]> {
  const rules: (Rule | Promise<Rule> | false)[] = [
    // Level 1: what a record must be to be learnt from.
    config.normalise.enabled && normalise(config.normalise),
    internalNotes(config.internal_notes),
    structure,
    config.min_characters > 0 && minCharacters(config.min_characters),
    pii(config.pii),
    // After the placeholders: conversations that differ in a phone number alone are the same to a model.
    config.deduplicate && exactDuplicates,
    // Level 2: how good it is.
    // Level 3: what it adds to the others.
    config.budget !== undefined && budgetSample(config.budget),
  ];
  return (await Promise.all(rules)).filter((rule) => rule !== false);
}
