/** The rules of curation, in the order they run. To add one: a file in rules/ and a line here. */
import type { CurateConfig } from './config.ts';
import { boilerplate } from './rules/boilerplate.ts';
import { budgetSample } from './rules/budget.ts';
import { diversity } from './rules/diversity.ts';
import { encoding } from './rules/encoding.ts';
import { entities, entityNames } from './rules/entities.ts';
import { exactDuplicates } from './rules/exact-duplicates.ts';
import { internalNotes } from './rules/internal-notes.ts';
import { language } from './rules/language.ts';
import { macros } from './rules/macros.ts';
import { minCharacters } from './rules/min-characters.ts';
import { nearDuplicates } from './rules/near-duplicates.ts';
import { normalise } from './rules/normalise.ts';
import { pii } from './rules/pii.ts';
import { piiWithModel } from './rules/pii-model.ts';
import { quality } from './rules/quality.ts';
import { structure } from './rules/structure.ts';
import { syntheticShare } from './rules/synthetic-share.ts';
import { toxicity, loadToxicWords } from './rules/toxicity.ts';
import type { Rule } from './rule.ts';
import { loadLanguageDetector } from '../text/language.ts';

/** What rules are made from, as plain JSON: it travels to wherever they run. */
export type RuleSettings = {
  config: CurateConfig;
  seed: number;
  /** Where the paths in `config` start. */
  projectFolder: string;
  /** Synthetic examples are at most this share of all; undefined in a project that makes none. */
  maxSyntheticShare?: number | undefined;
  /** The records are clean: only what chooses among them is run. */
  choosingOnly?: boolean | undefined;
};

type Rules = (Rule | Promise<Rule> | false)[];

/** The rules of a project. One that loads something (a word list, a language model) is a promise of a rule. */
export async function makeRules(settings: RuleSettings): Promise<Rule[]> {
  const rules = [...(settings.choosingOnly === true ? [] : cleaning(settings)), ...choosing(settings)];
  return (await Promise.all(rules)).filter((rule) => rule !== false);
}

/** Level 1: what a record must be to be learnt from. */
function cleaning({ config, projectFolder }: RuleSettings): Rules {
  return [
    config.normalise.repair_encoding && encoding,
    config.normalise.enabled && normalise(config.normalise),
    config.entities.names.length + config.entities.urls.length > 0 && entities(config.entities),
    internalNotes(config.internal_notes),
    config.boilerplate.enabled && boilerplate(config.boilerplate),
    structure,
    config.min_characters > 0 && minCharacters(config.min_characters),
    config.language.enabled && loadLanguageDetector().then((detect) => language(config.language, detect)),
    config.toxicity.enabled && loadToxicWords().then((listed) => toxicity(config.toxicity, listed)),
    config.pii.model
      ? piiWithModel(config.pii, { projectFolder, products: entityNames(config.entities) })
      : pii(config.pii, entityNames(config.entities)),
    // After the placeholders: conversations that differ in a phone number alone are the same to a model.
    config.deduplicate.exact && exactDuplicates,
    config.deduplicate.near.enabled && nearDuplicates(config.deduplicate.near),
    config.macros.enabled && macros(config.macros),
  ];
}

/** Levels 2 and 3, how good a record is and what it adds to the others, and the limits behind them. */
function choosing({ config, maxSyntheticShare }: RuleSettings): Rules {
  const selection = { funnel: config.funnel, selection: config.selection };
  return [
    config.quality.enabled && quality({ config: config.quality, ...selection }),
    config.diversity.enabled && diversity({ config: config.diversity, ...selection }),
    maxSyntheticShare !== undefined && syntheticShare(maxSyntheticShare),
    config.budget !== undefined && budgetSample(config.budget),
  ];
}
