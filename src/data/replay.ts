/** Runs the rules over one record again, to show what each did to it. */
import type { Example } from './example.ts';
import type { Change } from './verdict.ts';
import type { Rule } from './rule.ts';

export type ReplayStep = {
  rule: string;
  before: Example;
  /** Absent where the rule dropped the record. */
  after?: Example;
  drop?: string;
  changes: readonly Change[];
};

/**
 * What each rule that looks at one record alone did, in order, up to the one that dropped it. Rules that need all records
 * are passed over: their verdict stands in the ledger, and what they cut is not cut here.
 */
export function replay(example: Example, rules: readonly Rule[]): ReplayStep[] {
  const steps: ReplayStep[] = [];
  let before = example;
  for (const rule of rules) {
    if (!('decide' in rule)) continue;
    const verdict = rule.decide(before);
    if (verdict.example === undefined) {
      steps.push({ rule: rule.name, before, drop: verdict.drop, changes: [] });
      return steps;
    }
    if (verdict.example !== before)
      steps.push({ rule: rule.name, before, after: verdict.example, changes: verdict.changes ?? [] });
    before = verdict.example;
  }
  return steps;
}

/** The example as these rules left it, or as it was when one dropped it. */
export function lastState(example: Example, steps: readonly ReplayStep[]): Example {
  const last = steps.at(-1);
  return last?.after ?? last?.before ?? example;
}

/** The texts in which two states of a record differ, message by message while their numbers agree. */
export function changedTexts(before: Example, after: Example): { before: string; after: string }[] {
  const texts = ({ messages }: Example): string[] =>
    messages.map(({ content, toolCalls }) =>
      toolCalls ? `${content} ${JSON.stringify(toolCalls)}` : content,
    );
  const [old, now] = [texts(before), texts(after)];
  if (old.length !== now.length) return [{ before: old.join('\n'), after: now.join('\n') }];
  return old.flatMap((text, i) => (text === now[i] ? [] : [{ before: text, after: now[i]! }]));
}
