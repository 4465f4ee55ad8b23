/**
 * `npm run bench:train`: our training against transformers, PEFT and TRL, on this machine, in one run. Prints a table of
 * ratios; exits with 1 when a target is missed. docs/benchmarks/README.md says how it is measured.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeFileAtomic } from '../../src/base/files.ts';
import { isMet, sectionNames } from './finding.ts';
import type { SectionName, SectionResult } from './finding.ts';
import { describeMachine } from './machine.ts';
import { cacheFolder, root } from './models.ts';
import { drawPlot } from './plot.ts';
import { pythonWithPeers } from './python.ts';
import { describe, jsonLine, logEntry, table } from './report.ts';
import type { BenchContext } from './section.ts';
import { dpoSection } from './sections/dpo.ts';
import { growthSection } from './sections/growth.ts';
import { memorySection } from './sections/memory.ts';
import { startSection } from './sections/start.ts';
import { stepSection } from './sections/step.ts';
import { textSection } from './sections/text.ts';

const usage = `npm run bench:train -- [options]
  --only a,b     these sections alone: ${sectionNames.join(', ')}
  --quick        tiny models and few rounds, to see that everything works; its figures are no result, and no target counts
  --threads N    threads of each side (default 2)
  --json         one line of JSON last
  --plot         write the growth curves to docs/benchmarks/*.svg
  --log          put the table on top of bench/LOG.md`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: sectionNames.join(',') },
    quick: { type: 'boolean', default: false },
    threads: { type: 'string', default: '2' },
    json: { type: 'boolean', default: false },
    plot: { type: 'boolean', default: false },
    log: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

const sections: Record<SectionName, (context: BenchContext) => Promise<SectionResult>> = {
  step: stepSection,
  text: textSection,
  dpo: dpoSection,
  memory: memorySection,
  start: startSection,
  growth: growthSection,
};

if (values.help) console.log(usage);
else await main();

async function main(): Promise<void> {
  const startedMs = performance.now();
  const names = values.only.split(',').map(sectionNamed);
  const say = (line: string): void => console.error(line);
  await mkdir(cacheFolder, { recursive: true });
  const python = await pythonWithPeers(say);
  const threads = Number(values.threads);
  let versions: Record<string, string> = {};
  const learnVersions = (hello: { versions?: Record<string, string> }): void => {
    versions = { ...versions, ...hello.versions };
  };
  const context: BenchContext = { python, threads, quick: values.quick, say, learnVersions };
  const results: [SectionName, SectionResult][] = [];
  for (const name of names) results.push([name, await sections[name](context)]);

  const report = {
    quick: values.quick,
    threads,
    machine: await describeMachine(versions),
    findings: results.flatMap(([, { findings }]) => findings),
    plots: results.flatMap(([, { plots = [] }]) => plots),
    measured: Object.fromEntries(results.map(([name, { measured }]) => [name, measured])),
    minutes: (performance.now() - startedMs) / 60_000,
  };
  console.log(`${describe(report.machine)}\n${threads} threads on each side.\n\n${table(report.findings)}`);
  const missed = report.findings.filter((finding) => isMet(finding) === false);
  if (values.quick) console.log('\nA quick run: tiny models, few rounds. These figures are no result.');
  else if (missed.length > 0) console.log(`\n${missed.length} of the targets are missed.`);
  if (values.plot && !values.quick)
    for (const plot of report.plots)
      await writeFileAtomic(join(root, 'docs', 'benchmarks', `${plot.file}.svg`), drawPlot(plot));
  if (values.log && !values.quick) await putOnTop(logEntry(report, new Date().toISOString().slice(0, 10)));
  if (values.json) console.log(jsonLine(report));
  process.exitCode = missed.length > 0 && !values.quick ? 1 : 0;
}

function sectionNamed(text: string): SectionName {
  const name = sectionNames.find((known) => known === text.trim());
  if (name === undefined) throw new Error(`no section ${JSON.stringify(text)}\n${usage}`);
  return name;
}

/** The log has its newest entry first, after the paragraph that introduces it. */
async function putOnTop(entry: string): Promise<void> {
  const path = join(root, 'bench', 'LOG.md');
  const log = await readFile(path, 'utf8');
  const at = log.indexOf('\n## ') + 1;
  await writeFileAtomic(path, log.slice(0, at) + entry + '\n' + log.slice(at));
}
