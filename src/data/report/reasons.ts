/** The reasons that rules gave, with what they made of the texts of a few records. */
import type { ReasonTally } from '../engine/job-summary.ts';
import type { Example } from '../example.ts';
import { beginning, wholeCharacter } from '../../text/excerpt.ts';
import { maskExample, maskStep } from '../mask-step.ts';
import { changedTexts, lastState, replay } from '../replay.ts';
import type { Rule } from '../rule.ts';
import { isSpoken } from '../spoken-text.ts';
import { pickExamples } from './pick-lines.ts';
import type { ReasonExample, ReasonReport } from './report.ts';

const shownCharacters = 240;
const shownTurns = 4;

/** Every text of a line that may be an id, however it is written. */
const idField = /"id":"((?:[^"\\]|\\.){1,2000})"/g;

/** What the report shows of records: by their id, as they came in, personal data masked. */
export type RecordTexts = { reasons: ReasonReport[]; said: Record<string, string> };

/**
 * The reasons, each with what was made of the texts of a few records where one record tells it, or with what was said in
 * them; and what was said in the records `shownIds`. Personal data is masked; where that takes a model, no text is shown.
 */
export async function withTexts(
  reasons: readonly ReasonTally[],
  shownIds: readonly string[],
  {
    examplesPaths,
    curatedPath,
    rules,
    signal,
  }: { examplesPaths: readonly string[]; curatedPath: string; rules: readonly Rule[]; signal: AbortSignal },
): Promise<RecordTexts> {
  const said: Record<string, string> = {};
  const shown = reasons.map(({ examples, ...reason }): ReasonReport => ({
    ...reason,
    examples: examples.map((example) => ({ ...example })),
  }));
  const order = rules.map(({ name }) => name);
  shown.sort((a, b) => order.indexOf(a.rule) - order.indexOf(b.rule) || b.count - a.count);
  const wanted = new Map<string, { rule: string; example: ReasonExample }[]>(shownIds.map((id) => [id, []]));
  for (const { rule, examples } of shown)
    for (const example of examples) {
      const list = wanted.get(example.id) ?? [];
      list.push({ rule, example });
      wanted.set(example.id, list);
    }
  const pii = rules.find(({ name }) => name === 'pii');
  if (pii !== undefined && !('decide' in pii)) return { reasons: shown, said };
  const cut = shown.filter(({ rule }) => rule === 'boilerplate').flatMap(({ examples }) => examples);
  const curated = new Map<string, Example>();
  for await (const example of pickById(curatedPath, new Set(cut.map(({ id }) => id)), signal))
    curated.set(example.meta.id, example);
  for (const path of examplesPaths)
    for await (const example of pickById(path, new Set(wanted.keys()), signal)) {
      const { id } = example.meta;
      const steps = replay(example, rules);
      const masked = maskExample(lastState(example, steps), pii);
      if (masked === undefined) continue;
      if (shownIds.includes(id)) said[id] = excerpt(masked);
      for (const { rule, example: place } of wanted.get(id) ?? []) {
        const step = steps.find((one) => one.rule === rule);
        const left = curated.get(id);
        const [first] = step
          ? maskStep(step, pii).texts
          : rule === 'boilerplate' && left
            ? changedTexts(masked, left)
            : [];
        if (first) Object.assign(place, aroundDifference(first.before, first.after));
        else place.said = excerpt(masked);
      }
    }
  return { reasons: shown, said };
}

/** The examples with these ids; lines that cannot hold one are not parsed. */
async function* pickById(
  path: string,
  ids: ReadonlySet<string>,
  signal: AbortSignal,
): AsyncGenerator<Example> {
  if (ids.size === 0) return;
  const written = new Set([...ids].map((id) => JSON.stringify(id).slice(1, -1)));
  const mayBeWanted = (line: string): boolean => {
    for (const [, id] of line.matchAll(idField)) if (written.has(id!)) return true;
    return false;
  };
  for await (const example of pickExamples(path, mayBeWanted, signal))
    if (ids.has(example.meta.id)) yield example;
}

/** Who says what, each turn by its beginning. */
function excerpt({ messages }: Example): string {
  return messages
    .filter(isSpoken)
    .slice(0, shownTurns)
    .map(({ role, content }) => {
      const line = beginning(content, shownCharacters / 2).replaceAll('\n', ' ');
      return `${role === 'user' ? 'customer' : 'agent'}: ${line}`;
    })
    .join('\n');
}

/** Both texts cut to the neighbourhood of the first character in which they differ. */
export function aroundDifference(before: string, after: string): { before: string; after: string } {
  let same = 0;
  while (same < before.length && before[same] === after[same]) same += 1;
  const start = wholeCharacter(before, Math.max(0, same - shownCharacters / 3));
  const cut = (text: string): string =>
    `${start > 0 ? '…' : ''}${beginning(text.slice(start), shownCharacters)}`;
  return { before: cut(before), after: cut(after) };
}
