/** The program around the sections of a benchmark: options, table, log, plots, JSON and the exit code. */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeFileAtomic } from '../src/base/files.ts';
import { writeMeasured } from './document.ts';
import { isMet } from './finding.ts';
import type { SectionResult } from './finding.ts';
import { describeMachine } from './machine.ts';
import { cacheFolder, root } from './paths.ts';
import { drawPlot } from './plot.ts';
import { describe, jsonLine, logEntry, type Report, sectionText, table } from './report.ts';

/** What every section of every benchmark is given. */
export type CommonContext = {
  threads: number;
  /** Less of everything, to see that it works; its figures are no result. */
  quick: boolean;
  /** One line of progress. */
  say: (line: string) => void;
  /** Told what a peer says of its versions. */
  learnVersions: (hello: { versions?: Record<string, string> }) => void;
};

export type Benchmark<Context extends CommonContext> = {
  /** As in `npm run bench:<name>`. */
  name: string;
  /** What a quick run has less of. */
  quick: string;
  sections: Readonly<Record<string, (context: Context) => Promise<SectionResult>>>;
  open: (common: CommonContext) => Promise<Context>;
  /** The file of docs/guides/ that shows each section's table. */
  guide?: string;
};

/** Runs the sections that the command line asks for. The exit code is 1 when a target is missed. */
export async function runBenchmark<Context extends CommonContext>(
  benchmark: Benchmark<Context>,
): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      threads: { type: 'string', default: '2' },
      json: { type: 'boolean', default: false },
      plot: { type: 'boolean', default: false },
      log: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return console.log(usage(benchmark));
  const names = (values.only?.split(',') ?? Object.keys(benchmark.sections)).map((name) => name.trim());
  const unknown = names.find((name) => !Object.hasOwn(benchmark.sections, name));
  if (unknown !== undefined) throw new Error(`no section ${JSON.stringify(unknown)}\n${usage(benchmark)}`);
  const { quick } = values;
  const report = await measure(benchmark, names, { quick, threads: Number(values.threads) });
  console.log(`${describe(report.machine)}\n${report.threads} threads.\n\n${table(report.findings)}`);
  const missed = report.findings.filter((finding) => isMet(finding) === false);
  if (quick) console.log(`\nA quick run: ${benchmark.quick}. These figures are no result.`);
  else if (missed.length > 0) console.log(`\n${missed.length} of the targets are missed.`);
  if (values.plot && !quick)
    for (const plot of report.plots)
      await writeFileAtomic(join(root, 'docs', 'benchmarks', `${plot.file}.svg`), drawPlot(plot));
  if (values.log && !quick) await putOnTop(logEntry(report, new Date().toISOString().slice(0, 10)));
  if (values.write && !quick && benchmark.guide !== undefined)
    for (const name of names.filter((one) => report.findings.some(({ section }) => section === one)))
      await writeMeasured(benchmark.guide, commandOf(benchmark.name, name), sectionText(report, name));
  if (values.json) console.log(jsonLine(report));
  process.exitCode = missed.length > 0 && !quick ? 1 : 0;
}

async function measure<Context extends CommonContext>(
  { name: bench, sections, open }: Benchmark<Context>,
  names: readonly string[],
  { quick, threads }: { quick: boolean; threads: number },
): Promise<Report> {
  const startedMs = performance.now();
  await mkdir(cacheFolder, { recursive: true });
  let versions: Record<string, string> = {};
  const context = await open({
    threads,
    quick,
    say: (line) => console.error(line),
    learnVersions: (hello) => {
      versions = { ...versions, ...hello.versions };
    },
  });
  const results: [string, SectionResult][] = [];
  for (const name of names) results.push([name, await sections[name]!(context)]);
  return {
    bench,
    quick,
    threads,
    machine: await describeMachine(versions),
    findings: results.flatMap(([, { findings }]) => findings),
    plots: results.flatMap(([, { plots = [] }]) => plots),
    measured: Object.fromEntries(results.map(([name, { measured }]) => [name, measured])),
    minutes: (performance.now() - startedMs) / 60_000,
  };
}

const commandOf = (bench: string, section: string): string =>
  `npm run bench:${bench} -- --only ${section} --write`;

const usage = ({
  name,
  sections,
  quick,
  guide,
}: Pick<Benchmark<never>, 'name' | 'sections' | 'quick' | 'guide'>): string =>
  `npm run bench:${name} -- [options]
  --only a,b     these sections alone: ${Object.keys(sections).join(', ')}
  --quick        ${quick}, to see that everything works; its figures are no result, and no target counts
  --threads N    threads of each side (default 2)
  --json         one line of JSON last
  --plot         write the curves to docs/benchmarks/*.svg
  --log          put the table on top of bench/LOG.md${guide === undefined ? '' : `\n  --write        put each section's table into docs/guides/${guide}`}`;

/** The log has its newest entry first, after the paragraph that introduces it. */
async function putOnTop(entry: string): Promise<void> {
  const path = join(root, 'bench', 'LOG.md');
  const log = await readFile(path, 'utf8');
  const at = log.indexOf('\n## ') + 1;
  await writeFileAtomic(path, log.slice(0, at) + entry + '\n' + log.slice(at));
}
