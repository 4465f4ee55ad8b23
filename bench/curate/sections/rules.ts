/** What each rule of the default curation costs a record, on one thread: where the time goes, and what to look at first. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { silent } from '../../../src/base/progress.ts';
import { collect } from '../../../src/data/collect.ts';
import { collectConfig, curateConfig } from '../../../src/data/config.ts';
import { FactsWriter, openFacts } from '../../../src/data/engine/fact-files.ts';
import { readParts } from '../../../src/data/engine/read-parts.ts';
import type { Example } from '../../../src/data/example.ts';
import type { Verdict } from '../../../src/data/verdict.ts';
import { loadExamples } from '../../../src/data/read-examples.ts';
import type { ConcludeTools, CorpusRule, Rule } from '../../../src/data/rule.ts';
import { shuffleFacts } from '../../../test/support/shuffle-rule.ts';
import { makeRules } from '../../../src/data/rules.ts';
import type { Finding, SectionResult } from '../../finding.ts';
import { cacheFolder } from '../../paths.ts';
import type { CommonContext } from '../../program.ts';
import { spreadOf } from '../../statistics.ts';
import { conversationsFile } from '../make-conversations.ts';

/**
 * Microseconds of processor time a record in each step; a rule that looks at one record has only the last, and one has
 * either reductions, what little it concludes from them among it, or a conclusion.
 */
type Cost = {
  rule: string;
  records: number;
  observe: number;
  reduce: number;
  conclude: number;
  apply: number;
};

/** Of the 300 microseconds that a record has in five minutes for a million, the engine's own work gets 30. */
const microsecondsAllowed = 270;
const { signal } = new AbortController();

export async function rulesSection({ quick, say }: CommonContext): Promise<SectionResult> {
  const folder = await mkdtemp(join(cacheFolder, 'rules-'));
  try {
    let examples = await collected(await conversationsFile(quick ? 1000 : 20_000), folder);
    const count = examples.length;
    const config = curateConfig.parse({});
    const costs: Cost[] = [];
    for (const rule of await makeRules({ config, seed: 1, projectFolder: folder })) {
      const { cost, left } = await measure(rule, examples, folder);
      say(
        `${rule.name}: ${(cost.observe + cost.reduce + cost.conclude + cost.apply).toFixed(1)} µs a record (observe ${cost.observe.toFixed(1)}, reduce ${cost.reduce.toFixed(1)}, conclude ${cost.conclude.toFixed(1)}, apply ${cost.apply.toFixed(1)})`,
      );
      costs.push(cost);
      examples = left;
    }
    return { findings: [findingOf(costs, count)], measured: { costs } };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Threads share what is done to each record; what is concluded from all of them one thread does while the others wait. */
function findingOf(costs: readonly Cost[], count: number): Finding {
  const threads = 2;
  const sum = costs.reduce(
    (total, { records, observe, reduce, conclude, apply }) =>
      total + (((observe + reduce + apply) / threads + conclude) * records) / count,
    0,
  );
  return {
    section: 'rules',
    what: `all rules on ${threads} threads, microseconds a record`,
    ours: sum.toFixed(0),
    peer: `${microsecondsAllowed} allowed`,
    ratio: spreadOf([sum / microsecondsAllowed]),
    target: { atMost: 1 },
  };
}

async function collected(source: string, folder: string): Promise<Example[]> {
  await collect({
    config: collectConfig.parse({ sources: [{ jsonl: source }] }),
    projectFolder: folder,
    outputFolder: folder,
    seed: 1,
    report: silent,
    signal,
  });
  return loadExamples(join(folder, 'examples.jsonl'));
}

type Step = { cost: Cost; left: Example[] };

async function measure(rule: Rule, examples: readonly Example[], folder: string): Promise<Step> {
  const each = <T>(work: (example: Example, index: number) => T): { results: T[]; microseconds: number } => {
    const start = process.cpuUsage();
    const results = examples.map(work);
    return { results, microseconds: microsecondsSince(start) / examples.length };
  };
  const kept = (verdicts: readonly Verdict[]): Example[] => verdicts.flatMap(({ example }) => example ?? []);
  const records = examples.length;
  if ('decide' in rule) {
    const { results, microseconds } = each(rule.decide);
    const cost = { rule: rule.name, records, observe: 0, reduce: 0, conclude: 0, apply: microseconds };
    return { cost, left: kept(results) };
  }
  const observed = each((example) => rule.observe(example));
  const tools = await toolsFor(examples, folder);
  const start = process.cpuUsage();
  const planOf =
    'reductions' in rule
      ? await shuffleFacts(rule, observed.results, { tools })
      : await concluded(rule, observed.results, { tools, folder });
  const microseconds = microsecondsSince(start) / records;
  const isReduced = 'reductions' in rule;
  const applied = each((example, index) => rule.apply(example, index, planOf(index)));
  const cost = {
    rule: rule.name,
    records,
    observe: observed.microseconds,
    reduce: isReduced ? microseconds : 0,
    conclude: isReduced ? 0 : microseconds,
    apply: applied.microseconds,
  };
  return { cost, left: kept(applied.results) };
}

async function toolsFor(examples: readonly Example[], folder: string): Promise<ConcludeTools> {
  const path = join(folder, 'records.jsonl');
  await writeFile(path, examples.map((example) => `${JSON.stringify(example)}\n`).join(''));
  return {
    seed: 1,
    collected: examples.length,
    readExamples: (indexes) => readParts([{ path, count: examples.length }], { indexes, signal }),
    writeReport: async () => {},
    services: {},
    report: silent,
    signal,
  };
}

async function concluded(
  rule: CorpusRule<unknown, unknown>,
  observed: readonly unknown[],
  { tools, folder }: { tools: ConcludeTools; folder: string },
): Promise<() => unknown> {
  const path = join(folder, 'facts');
  const writer = new FactsWriter();
  for (const fact of observed) writer.add(fact);
  await writeFile(path, Buffer.concat(writer.finish()));
  const plan = await rule.conclude(openFacts([{ path, count: observed.length }], signal), tools);
  return () => plan;
}

/** Processor time, so that other programs do not count. */
function microsecondsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return user + system;
}
