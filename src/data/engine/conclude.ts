import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import { writeJson } from '../../base/files.ts';
import { throwIfInterrupted } from '../interrupt.ts';
import type { ConcludeTools } from '../rule.ts';
import { openFacts } from './facts.ts';
import type { MapResult } from './map-job.ts';
import { areWhole, emptyFolder, type Part, readRecord, writePart } from './part.ts';
import type { AnyCorpusRule } from './passes.ts';
import { readParts } from './read-parts.ts';

/** What a conclusion left. One plan for every job of the next pass, or one for all; and files to be shown. */
export type PlanRecord = { plans: Part[]; reports: string[] };

export type ConcludeContext = Pick<ConcludeTools, 'seed' | 'collected' | 'services' | 'report' | 'signal'> & {
  /** Of the pass that observed, in order. */
  results: readonly MapResult[];
  folder: string;
  /** The next pass is finished already: its plan is gone, and nothing asks for it. */
  isUsed: boolean;
};

/** The plan of a pass's corpus rule, from an earlier run where there is one. */
export async function conclude(
  rule: AnyCorpusRule,
  { results, folder, isUsed, ...tools }: ConcludeContext,
): Promise<PlanRecord> {
  const recordPath = join(folder, 'concluded.json');
  const earlier = await readRecord<PlanRecord>(recordPath);
  if (earlier && (isUsed || (await areWhole(earlier.plans)))) return earlier;
  const { signal } = tools;
  const scratchFolder = join(folder, 'scratch');
  await emptyFolder(scratchFolder);
  const reports: string[] = [];
  const counted = results.map(({ facts, examples, out }) => ({ facts: facts!, examples, count: out }));
  const facts = openFacts(
    counted.map(({ facts: { path }, count }) => ({ path, count })),
    { scratchFolder, signal },
  );
  const plan = await rule.conclude(facts, {
    ...tools,
    scratchFolder,
    readExamples: (indexes) =>
      readParts(
        counted.map(({ examples: { path }, count }) => ({ path, count })),
        { indexes, signal },
      ),
    writeReport: async (name, value) => {
      const path = join(folder, 'reports', `${name}.json`);
      await writeJson(path, value);
      reports.push(path);
    },
  });
  throwIfInterrupted(signal);
  const plans = await writePlans(rule, plan, results, folder);
  await rm(scratchFolder, { recursive: true, force: true });
  const record: PlanRecord = { plans, reports };
  await writeJson(recordPath, record);
  return record;
}

async function writePlans(
  rule: AnyCorpusRule,
  plan: unknown,
  results: readonly MapResult[],
  folder: string,
): Promise<Part[]> {
  if (!rule.slice) return [await writePart(join(folder, 'plan'), [serialize(plan)])];
  const plans: Part[] = [];
  let first = 0;
  for (const [i, { out }] of results.entries()) {
    plans.push(await writePart(join(folder, `plan-${i}`), [serialize(rule.slice(plan, first, first + out))]));
    first += out;
  }
  return plans;
}
