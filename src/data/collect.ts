/** The stage collect: every source into one file of examples, each with an id and a system prompt. */
import { join, resolve } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import type { Reporter } from '../base/progress.ts';
import { writeJsonLines } from '../formats/jsonl.ts';
import { collectKnowledge, type KnowledgeCounts } from './collect-knowledge.ts';
import type { CollectConfig } from './config.ts';
import { sourceName } from './config/sources.ts';
import type { Example } from './example.ts';
import { throwIfInterrupted } from './interrupt.ts';
import { knowledgeFiles } from './knowledge/read-knowledge.ts';
import { Ledger } from './ledger.ts';
import { moduleFiles } from './sources/module.ts';
import { readSource } from './sources/read-source.ts';
import { placeText } from './sources/source.ts';
import { withSystemPrompt } from './system-prompt.ts';

export type CollectContext = {
  config: CollectConfig;
  projectFolder: string;
  outputFolder: string;
  seed: number;
  report: Reporter;
  signal: AbortSignal;
};

type Counts = { in: number; kept: number; bad: number };

/** What is counted on the way. */
type Tally = {
  bySource: Record<string, Counts>;
  knowledge: Record<string, KnowledgeCounts>;
  firstBad: string[];
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
  const firstBad: string[] = [];
  try {
    await writeJsonLines(
      join(outputFolder, 'examples.jsonl'),
      examplesOf(context, ledger, { bySource, knowledge, firstBad }),
    );
    ledger.close();
  } catch (cause) {
    ledger.abort();
    throw cause;
  }
  const total = Object.values(bySource).reduce(
    (sum, one) => ({ in: sum.in + one.in, kept: sum.kept + one.kept, bad: sum.bad + one.bad }),
    { in: 0, kept: 0, bad: 0 },
  );
  if (total.in > 0 || config.knowledge.length === 0) checkShare(total, config.max_bad_share, firstBad);
  warnOfSources(bySource, config.max_bad_share, context.report);
  return { ...total, sources: bySource, ...(config.knowledge.length > 0 && { knowledge }) };
}

/** The files outside the project file that collect depends on. */
export async function collectFiles(config: CollectConfig, projectFolder: string): Promise<string[]> {
  const files: string[] = [];
  for (const source of config.sources) {
    files.push(resolve(projectFolder, source.jsonl ?? source.csv ?? source.module ?? ''));
    if (source.module !== undefined)
      files.push(...(await moduleFiles(source.module, source.options ?? {}, projectFolder)));
  }
  for (const base of config.knowledge) files.push(...(await knowledgeFiles(base, projectFolder)));
  return [...new Set(files)];
}

async function* examplesOf(
  context: CollectContext,
  ledger: Ledger,
  { bySource, knowledge, firstBad }: Tally,
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
      const place = placeText(item.place);
      if (item.rejected !== undefined) {
        counts.bad += 1;
        if (firstBad.length < shownPlaces) firstBad.push(`${place}: ${item.rejected}`);
        ledger.add({
          action: 'dropped',
          rule: 'read',
          reason: item.rejected,
          source: sourceName(source),
          place,
        });
      } else {
        counts.kept += 1;
        yield finish(item.example, context.config, uniqueId, ledger);
      }
    }
  }
  for await (const example of collectKnowledge(context, ledger, knowledge)) {
    const counts = (bySource[example.meta.source] ??= { in: 0, kept: 0, bad: 0 });
    counts.in += 1;
    counts.kept += 1;
    done += 1;
    yield finish(example, context.config, uniqueId, ledger);
  }
  context.report({ type: 'progress', label: 'collect', done, total: done, unit: 'records' });
}

function finish(
  example: Example,
  config: CollectConfig,
  uniqueId: (id: string) => string,
  ledger: Ledger,
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

function checkShare(total: Counts, maxShare: number, firstBad: readonly string[]): void {
  if (total.in === 0)
    throw new AttuneError('data', 'the sources hold no records at all', {
      fix: 'Check the paths under collect.sources.',
    });
  const share = total.bad / total.in;
  const examples = firstBad.map((line) => `\n  ${line}`).join('');
  if (share > maxShare)
    throw new AttuneError(
      'data',
      `${total.bad} of ${total.in} records could not be read (${percent(share)}; collect.max_bad_share allows ${percent(maxShare)}). The first ones:${examples}`,
      { fix: 'Correct the records or the source settings, or raise collect.max_bad_share.' },
    );
  if (total.kept === 0)
    throw new AttuneError('data', `none of ${total.in} records could be read:${examples}`);
}

function warnOfSources(bySource: Record<string, Counts>, maxShare: number, report: Reporter): void {
  for (const [name, { in: read, bad }] of Object.entries(bySource)) {
    if (read === 0) report({ type: 'warning', message: `${name} holds no records` });
    else if (bad / read > maxShare)
      report({
        type: 'warning',
        message: `${name}: ${bad} of ${read} records could not be read; see ledger.jsonl`,
      });
    else if (bad > 0)
      report({ type: 'note', message: `${name}: ${bad} of ${read} records could not be read` });
  }
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))}%`;
}
