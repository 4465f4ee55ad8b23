import type { Example } from './example.ts';
import { changedTexts, type ReplayStep } from './replay.ts';
import type { Rule } from './rule.ts';

/** A step as it may be shown: the texts that it changed, with personal data masked. */
export type ShownStep = {
  rule: string;
  reasons: string[];
  texts: { before: string; after: string }[];
};

/** `pii` is the project's own rule; without it texts are shown as they are. */
export function maskStep(
  { rule, before, after, drop, changes }: ReplayStep,
  pii: Rule | undefined,
): ShownStep {
  const reasons = drop === undefined ? changes.map(({ reason }) => reason) : [drop];
  // Where masking is the change itself, both sides read the same: what was there is not for showing.
  const texts = after === undefined || rule === pii?.name ? [] : shownTexts(before, after, pii);
  return { rule, reasons, texts };
}

/**
 * The example with personal data masked by a rule that looks at one record alone. Undefined, so not to be shown, where the
 * rule needs a model, or drops the record rather than mask it.
 */
export function maskExample(example: Example, pii: Rule | undefined): Example | undefined {
  if (pii === undefined) return example;
  return 'decide' in pii ? pii.decide(example).example : undefined;
}

/**
 * The texts that differ, masked. Nothing where one side is not to be shown, and where a rule before masking brings to light
 * what was not to be found: jo<b>@</b>shop.com.
 */
function shownTexts(before: Example, after: Example, pii: Rule | undefined): ShownStep['texts'] {
  const [first, second] = [maskExample(before, pii), maskExample(after, pii)];
  if (first === undefined || second === undefined) return [];
  const found = foundIn(before, pii);
  const isNew = [...foundIn(after, pii)].some(([type, count]) => count > (found.get(type) ?? 0));
  return isNew ? [] : changedTexts(first, second);
}

/** How often each type of personal data is found. */
function foundIn(example: Example, pii: Rule | undefined): Map<string, number> {
  const counts = new Map<string, number>();
  if (pii === undefined || !('decide' in pii)) return counts;
  const verdict = pii.decide(example);
  if (verdict.example === undefined) return counts;
  for (const { details = [] } of verdict.changes ?? [])
    for (const { type } of details) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}
