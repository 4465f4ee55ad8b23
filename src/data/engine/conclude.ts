import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeJson } from '../../base/files.ts';
import { throwIfInterrupted } from '../../base/interrupt.ts';
import type { ConcludeTools } from '../rule.ts';
import { wordsOfRule } from '../rule-words.ts';
import { openFacts } from './fact-files.ts';
import { areWhole, type Part, readRecord } from './pass-files.ts';
import { type AnyCorpusRule, type AnyShuffleRule, type ConcludingRule, isShuffleRule } from './passes.ts';
import { readParts } from './read-parts.ts';
import { observedParts, openShuffle, type ShuffleContext } from './shuffle.ts';
import { storeValue } from './stored-value.ts';

/** What a conclusion left. One plan for every job of the next pass, or one for all; and files to be shown. */
export type PlanRecord = { plans: Part[]; reports: string[] };

export type ConcludeContext = Pick<ConcludeTools, 'collected' | 'services'> &
  Omit<ShuffleContext, 'folder'> & {
    folder: string;
    /** The next pass is finished already: its plan is gone, and nothing asks for it. */
    isUsed: boolean;
  };

/** The plan of the rule that a pass observed for, from an earlier run where there is one. */
export async function conclude(rule: ConcludingRule, context: ConcludeContext): Promise<PlanRecord> {
  const { folder, isUsed, signal } = context;
  const recordPath = join(folder, 'concluded.json');
  const earlier = await readRecord<PlanRecord>(recordPath);
  if (earlier && (isUsed || (await areWhole(earlier.plans)))) return earlier;
  // Jobs that an interrupted run finished are not done again.
  const reductionsFolder = join(folder, 'reductions');
  const reports: string[] = [];
  const tools = concludeTools(context, reports);
  const label = `curate: decide by ${wordsOfRule(rule.name)}`;
  context.report({ type: 'progress', label, done: 0, unit: 'conversations' });
  const plans = isShuffleRule(rule)
    ? concludeShuffle(rule, tools, { ...context, folder: reductionsFolder })
    : concludeFacts(rule, tools, context);
  throwIfInterrupted(signal);
  const record: PlanRecord = { plans: await writePlans(plans, folder), reports };
  await writeJson(recordPath, record);
  await rm(reductionsFolder, { recursive: true, force: true });
  return record;
}

function concludeTools(
  { settings, collected, services, report, signal, results, folder }: ConcludeContext,
  reports: string[],
): ConcludeTools {
  return {
    seed: settings.seed,
    collected,
    services,
    report,
    signal,
    readExamples: (indexes) =>
      readParts(
        results.map(({ examples: { path }, out: count }) => ({ path, count })),
        { indexes, signal },
      ),
    writeReport: async (name, value) => {
      const path = join(folder, 'reports', `${name}.json`);
      await writeJson(path, value);
      reports.push(path);
    },
  };
}

async function* concludeFacts(
  rule: AnyCorpusRule,
  tools: ConcludeTools,
  { results, signal }: ConcludeContext,
): AsyncGenerator<unknown> {
  const facts = openFacts(
    results.map(({ facts: part, out: count }) => ({ path: part!.path, count })),
    signal,
  );
  const plan = await rule.conclude(facts, tools);
  if (!rule.slice) yield plan;
  else for (const { first, count } of observedParts(results)) yield rule.slice(plan, first, first + count);
}

async function* concludeShuffle(
  rule: AnyShuffleRule,
  tools: ConcludeTools,
  context: ShuffleContext,
): AsyncGenerator<unknown> {
  const shuffle = openShuffle(rule.name, context);
  const whole = await rule.conclude(shuffle, tools);
  if (!rule.slice) yield whole;
  else
    for (const [number, part] of shuffle.parts.entries()) yield await rule.slice(whole, { ...part, number });
}

/** One plan for all jobs, or one for each. */
async function writePlans(plans: AsyncIterable<unknown>, folder: string): Promise<Part[]> {
  const parts: Part[] = [];
  for await (const plan of plans) parts.push(await storeValue(join(folder, `plan-${parts.length}`), plan));
  return parts;
}
