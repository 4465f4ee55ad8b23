/** The reasons of the ledger, each with a few records that show it. */
import { readJsonLines } from '../../formats/jsonl.ts';
import type { Example } from '../example.ts';
import type { LedgerEntry } from '../ledger.ts';
import { maskStep } from '../mask-step.ts';
import { ownLineLimitBytes, readExamples } from '../read-examples.ts';
import { replay } from '../replay.ts';
import type { Rule } from '../rule.ts';
import { addScores, type Profile } from './profile.ts';
import type { ReasonExample, ReasonReport } from './report.ts';

const shownExamples = 3;
const shownCharacters = 240;
/** Rules name few kinds; where one names endless ones, these come first. */
const mostReasons = 200;

/**
 * Reads the ledger once: the reasons by rule and kind, in the order of their first record. On the way the scores of all
 * records, and of those that were kept, go into the two profiles.
 */
export async function readReasons(
  ledgerPath: string,
  profiles: { collected: Profile; kept: Profile },
  isKept: (id: string) => boolean,
): Promise<ReasonReport[]> {
  const reasons = new Map<string, ReasonReport>();
  for await (const { value } of readJsonLines(ledgerPath, { maxLineBytes: ownLineLimitBytes })) {
    const { action, rule, reason = '', kind = reason, id = '', place, scores } = value as LedgerEntry;
    if (scores) {
      addScores(profiles.collected, scores);
      if (isKept(id)) addScores(profiles.kept, scores);
    }
    if (action !== 'changed' && action !== 'dropped') continue;
    const key = `${rule} ${action} ${kind}`;
    let one = reasons.get(key);
    if (!one && reasons.size < mostReasons)
      reasons.set(key, (one = { rule, action, kind, count: 0, examples: [] }));
    if (!one) continue;
    one.count += 1;
    if (one.examples.length < shownExamples)
      one.examples.push({ id, reason, ...(place !== undefined && { place }) });
  }
  return [...reasons.values()];
}

/** Adds what the rules that look at one record alone made of the texts, personal data masked. */
export async function addTexts(
  reasons: readonly ReasonReport[],
  examplesPaths: readonly string[],
  rules: readonly Rule[],
): Promise<void> {
  const wanted = new Map<string, { rule: string; example: ReasonExample }[]>();
  for (const { rule, examples } of reasons)
    for (const example of examples) {
      const list = wanted.get(example.id) ?? [];
      list.push({ rule, example });
      wanted.set(example.id, list);
    }
  const pii = rules.find(({ name }) => name === 'pii');
  for (const path of examplesPaths)
    for await (const example of readExamples(path)) {
      const places = wanted.get(example.meta.id);
      if (places) showTexts(example, places, rules, pii);
    }
}

function showTexts(
  example: Example,
  places: readonly { rule: string; example: ReasonExample }[],
  rules: readonly Rule[],
  pii: Rule | undefined,
): void {
  const steps = replay(example, rules).map((step) => maskStep(step, pii));
  for (const { rule, example: shown } of places) {
    const [first] = steps.find((step) => step.rule === rule)?.texts ?? [];
    if (first) Object.assign(shown, aroundDifference(first.before, first.after));
  }
}

/** Both texts cut to the neighbourhood of the first character in which they differ. */
export function aroundDifference(before: string, after: string): { before: string; after: string } {
  let same = 0;
  while (same < before.length && before[same] === after[same]) same += 1;
  const start = Math.max(0, same - shownCharacters / 3);
  const cut = (text: string): string =>
    `${start > 0 ? '…' : ''}${text.slice(start, start + shownCharacters)}${text.length > start + shownCharacters ? '…' : ''}`;
  return { before: cut(before), after: cut(after) };
}
