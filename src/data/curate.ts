/** The stage curate: the filters in order, with a reason for all they do and a funnel of the counts. */
import { join } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { writeJson } from '../base/files.ts';
import type { Json } from '../base/json.ts';
import type { Reporter } from '../base/progress.ts';
import { writeJsonLines } from '../formats/jsonl.ts';
import type { CurateConfig } from './config.ts';
import type { Example } from './example.ts';
import type { Filter, FilterLog } from './filter.ts';
import { budgetSample } from './filters/budget.ts';
import { exactDuplicates } from './filters/exact-duplicates.ts';
import { internalNotes } from './filters/internal-notes.ts';
import { minCharacters } from './filters/min-characters.ts';
import { normalise } from './filters/normalise.ts';
import { pii } from './filters/pii.ts';
import { structure } from './filters/structure.ts';
import { throwIfInterrupted } from './interrupt.ts';
import { Ledger } from './ledger.ts';
import { readExamples } from './read-examples.ts';

export type CurateContext = {
  config: CurateConfig;
  /** examples.jsonl of collect. */
  examplesPath: string;
  outputFolder: string;
  seed: number;
  report: Reporter;
  signal: AbortSignal;
};

/** One row of the funnel: what a rule got, altered, left out and passed on. */
export type FunnelRow = {
  rule: string;
  in: number;
  changed: number;
  dropped: number;
  out: number;
  reasons: Record<string, number>;
};

const progressEvery = 5000;

/** The filters of a project, in the order they run. */
function filtersOf({ config, outputFolder, seed }: CurateContext): Filter[] {
  const scratchPath = join(outputFolder, 'budget.scratch');
  return [
    ...(config.normalise.enabled ? [normalise(config.normalise)] : []),
    internalNotes(config.internal_notes),
    structure,
    ...(config.min_characters > 0 ? [minCharacters(config.min_characters)] : []),
    pii(config.pii),
    // After the placeholders: conversations that differ in a phone number alone are the same to a model.
    ...(config.deduplicate ? [exactDuplicates] : []),
    ...(config.budget ? [budgetSample(config.budget, { seed, scratchPath })] : []),
  ];
}

/**
 * Writes examples.jsonl, ledger.jsonl and funnel.json to the output folder and returns the counts. Streams: memory does
 * not grow with the data, but for deduplicate and budget, which hold a key for each conversation.
 * Throws AttuneError 'data' when nothing is left.
 */
export async function curate(context: CurateContext): Promise<Record<string, Json>> {
  const { outputFolder } = context;
  const ledger = new Ledger(join(outputFolder, 'ledger.jsonl'));
  const passed = new Map<string, { in: number; out: number }>();
  try {
    let examples = withProgress(readExamples(context.examplesPath), context);
    for (const filter of filtersOf(context)) examples = counted(filter, examples, ledger, passed);
    await writeJsonLines(join(outputFolder, 'examples.jsonl'), keep(examples, ledger));
    ledger.close();
  } catch (cause) {
    ledger.abort();
    throw cause;
  }
  const funnel = makeFunnel(ledger, passed);
  await writeJson(join(outputFolder, 'funnel.json'), funnel);
  const total = funnel[0]?.in ?? 0;
  if (ledger.kept === 0)
    throw new AttuneError(
      'data',
      `curation left none of ${total} examples: ${funnel.map(({ rule, dropped }) => `${rule} dropped ${dropped}`).join(', ')}`,
      {
        fix: 'Loosen the rules under curate, or check that the sources are what you mean.',
      },
    );
  return { in: total, kept: ledger.kept, dropped: total - ledger.kept, funnel };
}

/** Runs a filter and checks that each example came out or has a line that says why not. */
function counted(
  filter: Filter,
  examples: AsyncIterable<Example>,
  ledger: Ledger,
  passed: Map<string, { in: number; out: number }>,
): AsyncGenerator<Example> {
  const count = { in: 0, out: 0 };
  passed.set(filter.name, count);
  const rule = ledger.rule(filter.name);
  const incoming = async function* (): AsyncGenerator<Example> {
    for await (const example of examples) {
      count.in += 1;
      yield example;
    }
  };
  const outgoing = async function* (): AsyncGenerator<Example> {
    for await (const example of filter.run(incoming(), logOf(filter.name, ledger))) {
      count.out += 1;
      yield example;
    }
    if (count.in !== count.out + rule.dropped)
      throw new Error(
        `filter ${filter.name} got ${count.in} examples, gave ${count.out} and dropped ${rule.dropped}: some are unaccounted for`,
      );
  };
  return outgoing();
}

function logOf(rule: string, ledger: Ledger): FilterLog {
  const add =
    (action: 'changed' | 'dropped'): FilterLog['changed'] =>
    ({ meta }, reason, options) => {
      const { id, source, place } = meta;
      ledger.add({ action, rule, reason, id, source, place, details: options?.details }, options?.kind);
    };
  return { changed: add('changed'), dropped: add('dropped') };
}

async function* withProgress(
  examples: AsyncIterable<Example>,
  { report, signal }: CurateContext,
): AsyncGenerator<Example> {
  let done = 0;
  for await (const example of examples) {
    throwIfInterrupted(signal);
    yield example;
    done += 1;
    if (done % progressEvery === 0) report({ type: 'progress', label: 'curate', done, unit: 'examples' });
  }
  report({ type: 'progress', label: 'curate', done, total: done, unit: 'examples' });
}

async function* keep(examples: AsyncIterable<Example>, ledger: Ledger): AsyncGenerator<Example> {
  for await (const example of examples) {
    const { id, source, place } = example.meta;
    ledger.add({ action: 'kept', rule: 'curate', id, source, place });
    yield example;
  }
}

function makeFunnel(ledger: Ledger, passed: ReadonlyMap<string, { in: number; out: number }>): FunnelRow[] {
  return [...passed].map(([rule, count]) => ({ rule, in: count.in, ...ledger.rule(rule), out: count.out }));
}
