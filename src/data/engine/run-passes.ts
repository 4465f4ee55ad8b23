/**
 * Runs the passes: jobs over byte ranges of what the pass before left, then the conclusion of the pass's corpus rule.
 * The ranges depend on the data alone, so the bytes are the same for any number of threads or machines. What is finished
 * stays in the work folder, and a run that was killed goes on from there.
 */
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeJson } from '../../base/files.ts';
import { storageError } from '../../base/storage-error.ts';
import type { Reporter } from '../../base/progress.ts';
import { wordsOfRule } from '../rule-words.ts';
import type { RuleSettings } from '../rules.ts';
import type { CurateServices } from '../curation-services.ts';
import { conclude, type PlanRecord } from './conclude.ts';
import { addSummaries, type JobSummary } from './job-summary.ts';
import { divideBytes } from './line-range.ts';
import { jobId, type MapJob, type MapResult, partsForNext } from './map-job.ts';
import { areWhole, emptyFolder, type Part, readRecord } from './pass-files.ts';
import { decidingRules, type Pass } from './passes.ts';
import { runJobs } from './run-jobs.ts';
import type { JobRunner } from './job-runner.ts';
import { emptyRow } from './funnel-row.ts';

export type PassesContext = {
  settings: RuleSettings;
  passes: readonly Pass[];
  /** Files of examples, one after the other. */
  examplesPaths: readonly string[];
  /** Kept between interrupted runs with the same settings and examples. */
  workFolder: string;
  /** Opens what runs so many jobs. */
  openRunner: (jobs: number) => JobRunner;
  /** Bytes of examples in a job of the first pass. */
  rangeBytes?: number;
  /** Jobs of a reduction (default: by the size of the examples). */
  partitions?: number;
  services: CurateServices;
  report: Reporter;
  signal: AbortSignal;
};

export type PassesResult = {
  /** Of the last pass, in order; their lines one after the other are the result. */
  examples: Part[];
  /** Of all passes, in order. */
  ledger: Part[];
  /** What corpus rules left to be shown. */
  reports: string[];
  summary: Required<JobSummary>;
  in: number;
  out: number;
};

/** Some thousand conversations, a second or two of work: as much is not worth a second thread. */
const jobBytes = 4 * 1024 * 1024;
/** What is more is cut into as many jobs at least, so that threads are done at nearly the same time. */
const leastJobs = 16;
const jobsPerPartition = 4;
const mostPartitions = 1024;

/** A finished pass. Its examples and facts are removed once the next pass is finished too. */
type PassRecord = { results: MapResult[] };

/**
 * Runs what is not finished, pass by pass. Throws AttuneError 'storage' for its files, 'interrupted' once the signal is
 * raised; run again, it goes on.
 */
export async function runPasses(context: PassesContext): Promise<PassesResult> {
  const { settings, passes, workFolder, services, report, signal } = context;
  const firsts = await firstJobs(context);
  const partitions = firsts[0]?.partitions ?? 1;
  const done = await finishedPasses(firsts, context);
  let conclusion: PlanRecord | undefined;
  const reports: string[] = [];
  const runner = context.openRunner(firsts.length);
  try {
    for (const [number, pass] of passes.entries()) {
      const before = done[number - 1];
      if (done.length === number) {
        const jobs = before ? nextJobs(context, { pass: number, partitions }, before, conclusion!) : firsts;
        const expected = before && total(before.results, 'out');
        const results = await runPass(jobs, { number, expected, runner }, context);
        checkCounts(results, number, expected);
        const record: PassRecord = { results };
        await writeJson(join(folderOf(workFolder, number), 'done.json'), record);
        done.push(record);
        if (before) await removeInputs(before, conclusion!);
      }
      if (!pass.observe) continue;
      conclusion = await conclude(pass.observe, {
        settings,
        pass: number,
        collected: total(done[0]!.results, 'in'),
        services,
        report,
        signal,
        results: done[number]!.results,
        partitions,
        runner,
        folder: folderOf(workFolder, number),
        isUsed: done.length > number + 1,
      });
      reports.push(...conclusion.reports);
    }
  } finally {
    await runner.close();
  }
  return summarise(passes, done, reports);
}

function summarise(passes: readonly Pass[], done: readonly PassRecord[], reports: string[]): PassesResult {
  const rows = passes.map((pass) => decidingRules(pass).map(emptyRow));
  const summary = addSummaries(
    rows,
    done.map(({ results }) => results),
  );
  const last = done.at(-1)!.results;
  return {
    examples: last.map(({ examples }) => examples),
    ledger: done.flatMap(({ results }) => results.map(({ ledger }) => ledger)),
    reports,
    summary,
    in: total(done[0]!.results, 'in'),
    out: total(last, 'out'),
  };
}

const total = (results: readonly MapResult[], count: 'in' | 'out'): number =>
  results.reduce((sum, result) => sum + result[count], 0);

const folderOf = (workFolder: string, number: number): string => join(workFolder, `pass-${number}`);

async function firstJobs(context: PassesContext): Promise<MapJob[]> {
  const { settings, examplesPaths, workFolder } = context;
  const sizes = await Promise.all(examplesPaths.map(sizeOf));
  const rangeBytes = context.rangeBytes ?? rangeFor(sizes.reduce((sum, size) => sum + size, 0));
  const inputs = examplesPaths.flatMap((path, file) =>
    divideBytes(sizes[file]!, rangeBytes).map((range) => ({ file, path, ...range })),
  );
  const partitions = context.partitions ?? partitionsFor(inputs.length);
  return inputs.map(({ file, ...input }, i) => {
    const output = outputOf(workFolder, 0, i);
    const job = { kind: 'map' as const, settings, pass: 0, input, firstIndex: 0, partitions, output };
    // The work folder belongs to one content of these files.
    return { id: jobId(job, String(file)), ...job };
  });
}

async function sizeOf(path: string): Promise<number> {
  const { size } = await stat(path).catch((cause: unknown) => {
    throw storageError(path, cause);
  });
  return size;
}

/** Bytes of a job, by the bytes of all examples alone. */
function rangeFor(bytes: number): number {
  return bytes <= jobBytes ? jobBytes : Math.min(jobBytes, Math.ceil(bytes / leastJobs));
}

/** A reduction reads what some jobs left, a second or less of work; each of its partitions has a piece in every file. */
function partitionsFor(jobs: number): number {
  return Math.min(mostPartitions, Math.max(1, Math.ceil(jobs / jobsPerPartition)));
}

/** A job for each part that the pass before left records in. */
function nextJobs(
  { settings, workFolder }: PassesContext,
  { pass, partitions }: { pass: number; partitions: number },
  { results }: PassRecord,
  { plans }: PlanRecord,
): MapJob[] {
  const jobs: MapJob[] = [];
  let firstIndex = 0;
  for (const [i, { examples, out }] of results.entries()) {
    const plan = plans.length === 1 ? plans[0]! : plans[i]!;
    const input = { path: examples.path, start: 0, end: examples.byteLength };
    const output = outputOf(workFolder, pass, i);
    const job = { kind: 'map' as const, settings, pass, input, firstIndex, plan, partitions, output };
    if (out > 0) jobs.push({ id: jobId(job, examples.sha256), ...job });
    firstIndex += out;
  }
  return jobs;
}

function outputOf(workFolder: string, pass: number, i: number): string {
  return join(folderOf(workFolder, pass), String(i).padStart(5, '0'));
}

async function runPass(
  jobs: readonly MapJob[],
  { number, expected, runner }: { number: number; expected: number | undefined; runner: JobRunner },
  { passes, report, signal }: PassesContext,
): Promise<MapResult[]> {
  const label = passes.length === 1 ? 'curate' : `curate ${number + 1}/${passes.length}`;
  const detail = `looking at ${decidingRules(passes[number]!).map(wordsOfRule).join(', ')}`;
  let done = 0;
  const onRecords = (count: number): void => {
    done += count;
    report({
      type: 'progress',
      label,
      done,
      ...(expected && { total: expected }),
      unit: 'conversations',
      detail,
    });
  };
  onRecords(0);
  const results = await runJobs(jobs, runner, { signal, onRecords });
  if (expected === undefined)
    report({ type: 'progress', label, done, total: done, unit: 'conversations', detail });
  return results;
}

/** Each record that the pass before let go on is read, and goes on or is dropped by a rule. */
function checkCounts(results: readonly MapResult[], number: number, expected: number | undefined): void {
  const read = total(results, 'in');
  if (expected !== undefined && read !== expected)
    throw new Error(`pass ${number} of curation read ${read} records where ${expected} were left`);
  const dropped = results.reduce(
    (sum, { rows }) => sum + rows.reduce((some, row) => some + row.dropped, 0),
    0,
  );
  const out = total(results, 'out');
  if (read !== out + dropped)
    throw new Error(
      `pass ${number} of curation read ${read} records, passed on ${out} and dropped ${dropped}`,
    );
}

/** What no later pass reads. The ledger stays: it is part of the result. */
async function removeInputs({ results }: PassRecord, { plans }: PlanRecord): Promise<void> {
  const parts = [...results.flatMap(partsForNext), ...plans];
  for (const { path } of parts) await rm(path, { force: true });
}

/** The passes that an earlier run finished, if all that is still needed of them is whole; else the folder is emptied. */
async function finishedPasses(
  firsts: readonly MapJob[],
  { passes, workFolder }: PassesContext,
): Promise<PassRecord[]> {
  const done: PassRecord[] = [];
  for (const number of passes.keys()) {
    const record = await readRecord<PassRecord>(join(folderOf(workFolder, number), 'done.json'));
    if (!record) break;
    done.push(record);
  }
  const needed = done.flatMap(({ results }, number) =>
    results.flatMap((result) => [result.ledger, ...(number < done.length - 1 ? [] : partsForNext(result))]),
  );
  const ids = firsts.map(({ id }) => id).join();
  const isSame = done.length === 0 || done[0]!.results.map(({ id }) => id).join() === ids;
  const usable = isSame && (await areWhole(needed));
  if (!usable) await emptyFolder(workFolder);
  for (const number of passes.keys()) await mkdir(folderOf(workFolder, number), { recursive: true });
  return usable ? done : [];
}
