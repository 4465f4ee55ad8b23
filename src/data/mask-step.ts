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
  // A rule that needs a model cannot mask what is to be shown: then nothing is shown.
  const canMask = pii === undefined || 'decide' in pii;
  const texts =
    after === undefined || !canMask ? [] : changedTexts(maskExample(before, pii), maskExample(after, pii));
  // Where masking is the change itself, both sides read the same: what was there is not for showing.
  return { rule, reasons: drop === undefined ? changes.map(({ reason }) => reason) : [drop], texts };
}

/** The example with personal data masked by a rule that looks at one record alone. */
export function maskExample(example: Example, pii: Rule | undefined): Example {
  return (pii && 'decide' in pii && pii.decide(example).example) || example;
}
