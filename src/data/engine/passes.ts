/** Rules as passes over the records: whatever can be decided while a record is in hand happens in one pass. */
import type { CorpusRule, RecordRule, Rule, ShuffleRule } from '../rule.ts';

export type AnyCorpusRule = CorpusRule<unknown, unknown>;
export type AnyShuffleRule = ShuffleRule<unknown, unknown, unknown>;
/** A rule that decides once all records are observed. */
export type ConcludingRule = AnyCorpusRule | AnyShuffleRule;

/** One pass: first apply what was concluded from the pass before, then the record rules, then observe. */
export type Pass = {
  apply?: ConcludingRule;
  rules: RecordRule[];
  observe?: ConcludingRule;
};

/** A rule that concludes ends a pass; the last pass observes nothing. */
export function planPasses(rules: readonly Rule[]): Pass[] {
  let pass: Pass = { rules: [] };
  const passes = [pass];
  for (const rule of rules) {
    if (isRecordRule(rule)) pass.rules.push(rule);
    else {
      pass.observe = rule;
      pass = { apply: rule, rules: [] };
      passes.push(pass);
    }
  }
  return passes;
}

/** The rules that decide in this pass, in order. */
export function decidingRules({ apply, rules }: Pass): string[] {
  return [...(apply ? [apply.name] : []), ...rules.map(({ name }) => name)];
}

function isRecordRule(rule: Rule): rule is RecordRule {
  return 'decide' in rule;
}

export function isShuffleRule(rule: ConcludingRule): rule is AnyShuffleRule {
  return 'reductions' in rule;
}
