/** The reasons that rules gave, with what they made of the texts of a few records. */
import type { ReasonTally } from '../engine/job-summary.ts';
import type { Example } from '../example.ts';
import { maskStep } from '../mask-step.ts';
import { replay } from '../replay.ts';
import type { Rule } from '../rule.ts';
import { pickExamples } from './pick-lines.ts';
import type { ReasonExample, ReasonReport } from './report.ts';

const shownCharacters = 240;

/** Every text of a line that may be an id, however it is written. */
const idField = /"id":"((?:[^"\\]|\\.){1,2000})"/g;

/** The reasons with what the rules that look at one record alone made of the texts, personal data masked. */
export async function withTexts(
  reasons: readonly ReasonTally[],
  {
    examplesPaths,
    rules,
    signal,
  }: { examplesPaths: readonly string[]; rules: readonly Rule[]; signal: AbortSignal },
): Promise<ReasonReport[]> {
  const shown = reasons.map(({ examples, ...reason }): ReasonReport => ({
    ...reason,
    examples: examples.map((example) => ({ ...example })),
  }));
  const wanted = new Map<string, { rule: string; example: ReasonExample }[]>();
  for (const { rule, examples } of shown)
    for (const example of examples) {
      const list = wanted.get(example.id) ?? [];
      list.push({ rule, example });
      wanted.set(example.id, list);
    }
  const written = new Set([...wanted.keys()].map((id) => JSON.stringify(id).slice(1, -1)));
  const mayBeWanted = (line: string): boolean => {
    for (const [, id] of line.matchAll(idField)) if (written.has(id!)) return true;
    return false;
  };
  const pii = rules.find(({ name }) => name === 'pii');
  for (const path of examplesPaths)
    for await (const example of pickExamples(path, mayBeWanted, signal)) {
      const places = wanted.get(example.meta.id);
      if (places) showTexts(example, places, rules, pii);
    }
  return shown;
}

function showTexts(
  example: Example,
  places: readonly { rule: string; example: ReasonExample }[],
  rules: readonly Rule[],
  pii: Rule | undefined,
): void {
  const steps = replay(example, rules);
  for (const { rule, example: shown } of places) {
    const step = steps.find((one) => one.rule === rule);
    const [first] = step ? maskStep(step, pii).texts : [];
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
