/** The stage collect: every source into one file of examples, each with an id and a system prompt. */
import { join } from 'node:path';
import { counted, formatCount } from '../base/number-text.ts';
import { AttuneError } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import type { Reporter } from '../base/progress.ts';
import { writeJsonLines } from '../formats/jsonl.ts';
import { collectKnowledge, type KnowledgeCounts } from './collect-knowledge.ts';
import type { CollectConfig } from './config.ts';
import { sourceName } from './config/sources.ts';
import type { Example } from './example.ts';
import { throwIfInterrupted } from '../base/interrupt.ts';
import { Ledger } from './ledger.ts';
import { readSource } from './sources/read-source.ts';
import { placeText, type SourceChange, type SourceItem } from './sources/source.ts';
import { withSystemPrompt } from './system-prompt.ts';

export type CollectContext = {
  config: CollectConfig;
  projectFolder: string;
  outputFolder: string;
  seed: number;
  report: Reporter;
  signal: AbortSignal;
};

/** Records read, and what became of them; `left_out` are those that can be read but hold nothing to learn from. */
type Counts = { in: number; kept: number; bad: number; left_out?: number };

/** The first records without an example, as `chats.jsonl:12: not UTF-8`, for messages. */
type FirstReasons = { bad: string[]; leftOut: string[] };

/** What is counted on the way. */
type Tally = {
  bySource: Record<string, Counts>;
  knowledge: Record<string, KnowledgeCounts>;
  first: FirstReasons;
};

const shownPlaces = 5;
const progressEvery = 5000;

/**
 * Writes examples.jsonl and ledger.jsonl to the output folder and returns the counts, by source too.
 * Throws AttuneError 'data' when the share of bad records is over `max_bad_share`, or when there is no example at all.
 */
export async function collect(context: CollectContext): Promise<Record<string, Json>> {
  const { config, outputFolder } = context;
  const ledger = new Ledger(join(outputFolder, 'ledger.jsonl'));
  const bySource: Record<string, Counts> = {};
  const knowledge: Record<string, KnowledgeCounts> = {};
  const first: FirstReasons = { bad: [], leftOut: [] };
  try {
    await writeJsonLines(
      join(outputFolder, 'examples.jsonl'),
      examplesOf(context, ledger, { bySource, knowledge, first }),
    );
    ledger.close();
  } catch (cause) {
    ledger.abort();
    throw cause;
  }
  const total = sumOf(Object.values(bySource));
  if (total.in > 0 || config.knowledge.length === 0) checkShare(total, config.max_bad_share, first);
  warnOfSources(bySource, config.max_bad_share, context.report);
  return { ...total, sources: bySource, ...(config.knowledge.length > 0 && { knowledge }) };
}

async function* examplesOf(
  context: CollectContext,
  ledger: Ledger,
  { bySource, knowledge, first }: Tally,
): AsyncGenerator<Example> {
  const uniqueId = idKeeper();
  let done = 0;
  for (const source of context.config.sources) {
    const counts: Counts = (bySource[sourceName(source)] = { in: 0, kept: 0, bad: 0 });
    for await (const item of readSource(source, context)) {
      throwIfInterrupted(context.signal);
      counts.in += 1;
      done += 1;
      if (done % progressEvery === 0)
        context.report({ type: 'progress', label: 'collect', done, unit: 'records' });
      if (item.example) {
        counts.kept += 1;
        yield finish(item.example, item.changes ?? [], { config: context.config, uniqueId, ledger });
      } else explain(item, sourceName(source), { counts, ledger, first });
    }
  }
  for await (const example of collectKnowledge(context, ledger, knowledge)) {
    const counts = (bySource[example.meta.source] ??= { in: 0, kept: 0, bad: 0 });
    counts.in += 1;
    counts.kept += 1;
    done += 1;
    yield finish(example, [], { config: context.config, uniqueId, ledger });
  }
  context.report({ type: 'progress', label: 'collect', done, total: done, unit: 'records' });
}

/** Counts a record that is no example, and writes the reason to the ledger. */
function explain(
  { place, rejected, leftOut }: Exclude<SourceItem, { example: Example }>,
  source: string,
  { counts, ledger, first }: { counts: Counts; ledger: Ledger; first: FirstReasons },
): void {
  const { reason, kind, id } = leftOut ?? { reason: rejected ?? '', kind: undefined, id: undefined };
  const shown = leftOut ? first.leftOut : first.bad;
  if (shown.length < shownPlaces) shown.push(`${placeText(place)}: ${reason}`);
  if (leftOut) counts.left_out = (counts.left_out ?? 0) + 1;
  else counts.bad += 1;
  const rule = leftOut ? 'thread' : 'read';
  ledger.add({ action: 'dropped', rule, reason, id, source, place: placeText(place) }, kind);
}

function finish(
  example: Example,
  changes: readonly SourceChange[],
  { config, uniqueId, ledger }: { config: CollectConfig; uniqueId: (id: string) => string; ledger: Ledger },
): Example {
  const { source, place } = example.meta;
  const id = uniqueId(example.meta.id);
  const meta = { ...example.meta, id };
  if (id !== example.meta.id) {
    // Records with one id may be parts of one conversation, so they must end up in one split.
    meta.conversation ??= example.meta.id;
    const reason = `the id ${example.meta.id} was taken`;
    ledger.add({ action: 'changed', rule: 'id', reason, id, source, place }, 'the id was taken');
  }
  for (const { rule, reason, kind } of changes)
    ledger.add({ action: 'changed', rule, reason, id, source, place }, kind);
  ledger.add({ action: 'kept', rule: 'collect', id, source, place });
  return { ...example, messages: withSystemPrompt(example.messages, meta.topic, config), meta };
}

/** Gives the second example with an id `id~2`, the third `id~3`. */
function idKeeper(): (id: string) => string {
  const seen = new Set<string>();
  const next = new Map<string, number>();
  return (id) => {
    let unique = id;
    for (let n = next.get(id) ?? 2; seen.has(unique); n++) {
      unique = `${id}~${n}`;
      next.set(id, n + 1);
    }
    seen.add(unique);
    return unique;
  };
}

function sumOf(all: readonly Counts[]): Counts {
  const total: Counts = { in: 0, kept: 0, bad: 0 };
  for (const one of all) {
    total.in += one.in;
    total.kept += one.kept;
    total.bad += one.bad;
    if (one.left_out !== undefined) total.left_out = (total.left_out ?? 0) + one.left_out;
  }
  return total;
}

function checkShare(total: Counts, maxShare: number, first: FirstReasons): void {
  if (total.in === 0)
    throw new AttuneError('data', 'the sources hold no records at all', {
      fix: 'Check the paths under collect.sources.',
    });
  const share = total.bad / total.in;
  const listed = (reasons: readonly string[]): string => reasons.map((line) => `\n  ${line}`).join('');
  if (share > maxShare)
    throw new AttuneError(
      'data',
      `${formatCount(total.bad)} of ${counted(total.in, 'record')} could not be read (${percent(share)}; collect.max_bad_share allows ${percent(maxShare)}). The first ones:${listed(first.bad)}`,
      { fix: 'Correct the records or the source settings, or raise collect.max_bad_share.' },
    );
  if (total.kept === 0)
    throw new AttuneError(
      'data',
      `none of ${counted(total.in, 'record')} became an example:${listed([...first.bad, ...first.leftOut].slice(0, shownPlaces))}`,
      {
        fix: 'Check the source settings against the reasons.',
      },
    );
}

function warnOfSources(bySource: Record<string, Counts>, maxShare: number, report: Reporter): void {
  for (const [name, { in: read, bad, left_out: leftOut = 0 }] of Object.entries(bySource)) {
    if (read === 0) report({ type: 'warning', message: `${name} holds no records` });
    else if (bad / read > maxShare)
      report({
        type: 'warning',
        message: `${name}: ${formatCount(bad)} of ${counted(read, 'record')} could not be read; see ledger.jsonl`,
      });
    else if (bad > 0)
      report({
        type: 'note',
        message: `${name}: ${formatCount(bad)} of ${counted(read, 'record')} could not be read`,
      });
    if (leftOut > 0)
      report({
        type: 'note',
        message: `${name}: ${formatCount(leftOut)} of ${counted(read, 'record')} hold no conversation to learn from; see ledger.jsonl`,
      });
  }
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))}%`;
}
