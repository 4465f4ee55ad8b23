/** What a conclusion runs reductions with: their inputs and results are files, whoever does the work. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Reporter } from '../../base/progress.ts';
import type { ObservedPart, Reduced, ReduceOptions, Shuffle } from '../rule.ts';
import { wordsOfRule } from '../rule-words.ts';
import type { RuleSettings } from '../rules.ts';
import type { MapResult } from './map-job.ts';
import { type Part, writePart } from './pass-files.ts';
import { encodeBytes, encodePieces, readPiece } from './piece-files.ts';
import { type ReduceInputs, type ReduceJob, reduceJobId } from './reduce-job.ts';
import { runJobs } from './run-jobs.ts';
import type { JobRunner } from './job-runner.ts';
import { storeValue } from './stored-value.ts';

/** One reduction over `count` partitions; results go to this folder. */
export type ReductionRun = { reduction: string; inputs: ReduceInputs; count: number; folder: string };

export type ShuffleFiles = {
  /** What was observed, in order: how many records, the pieces of each part, and rows where the rule keeps some. */
  observed: (ObservedPart & { pieces: Part; table?: Part | undefined })[];
  partitions: number;
  folder: string;
  /** Returns the files of pieces that the partitions leave. */
  run: (reduction: ReductionRun) => Promise<Part[]>;
};

/** The means to run reductions over what the jobs of a pass observed; their files lie in `folder`. */
export function makeShuffle({ observed, partitions, folder, run }: ShuffleFiles): Shuffle {
  const parts = observed.map(({ first, count }) => ({ first, count }));
  return {
    count: parts.reduce((sum, { count }) => sum + count, 0),
    partitions,
    parts,
    reduce: async (reduction, { parameters = null, pieces, rows }: ReduceOptions = {}) => {
      const own = join(folder, reduction);
      await mkdir(own, { recursive: true });
      const inputs: ReduceInputs = {
        pieces: await filesOf(pieces, own, () => observed.map((part) => part.pieces)),
        observed: observed.map(({ table }, i) => {
          const kept = rows?.[i] ?? table;
          return { ...parts[i]!, ...(kept && { table: kept }) };
        }),
        parameters: await storeValue(join(own, 'parameters'), parameters),
      };
      const count = isReduced(pieces) ? partitions : (pieces?.length ?? partitions);
      return openReduced(await run({ reduction, inputs, count, folder: own }));
    },
    keepRows: (rows) => keepRows(rows, parts, folder),
  };
}

function isReduced(pieces: ReduceOptions['pieces']): pieces is Reduced {
  return pieces !== undefined && 'files' in pieces;
}

async function filesOf(
  pieces: ReduceOptions['pieces'],
  folder: string,
  observed: () => Part[],
): Promise<Part[]> {
  if (pieces === undefined) return observed();
  if (isReduced(pieces)) return [...pieces.files];
  return [await writePart(join(folder, 'given.pieces'), encodePieces(pieces))];
}

async function keepRows(
  rows: AsyncIterable<Uint8Array>,
  parts: readonly ObservedPart[],
  folder: string,
): Promise<Part[]> {
  await mkdir(folder, { recursive: true });
  const kept: Part[] = [];
  const iterator = rows[Symbol.asyncIterator]();
  for (const { count } of parts) {
    const ofPart: Uint8Array[] = [];
    for (let i = 0; i < count; i++) {
      const { done, value } = await iterator.next();
      if (done) throw new Error('fewer rows than records');
      ofPart.push(value);
    }
    kept.push(await writePart(join(folder, `rows-${kept.length}`), encodeBytes(ofPart)));
  }
  return kept;
}

function openReduced(files: readonly Part[]): Reduced {
  return {
    files,
    async *pieces<T>(number: number) {
      for (const { path } of files) yield await readPiece<T>(path, number);
    },
  };
}

export type ShuffleContext = {
  settings: RuleSettings;
  pass: number;
  /** Of the pass that observed, in order. */
  results: readonly MapResult[];
  partitions: number;
  /** Where reductions leave what they make. */
  folder: string;
  runner: JobRunner;
  report: Reporter;
  signal: AbortSignal;
};

/** Reductions as jobs. `rule` is what progress is reported of. */
export function openShuffle(rule: string, context: ShuffleContext): Shuffle {
  const { results, partitions, folder, runner, report, signal } = context;
  const parts = observedParts(results);
  return makeShuffle({
    observed: results.map(({ pieces, table }, i) => ({ ...parts[i]!, pieces: pieces!, table })),
    partitions,
    folder,
    run: async (reduction) => {
      const jobs = await jobsOf(context, reduction);
      const label = `curate: compare conversations by ${wordsOfRule(rule)}`;
      let done = 0;
      const onDone = (): void =>
        report({ type: 'progress', label, done: done++, total: jobs.length, unit: 'parts' });
      onDone();
      const made = await runJobs(jobs, runner, { signal, onRecords: () => {} }, onDone);
      return made.map(({ pieces }) => pieces);
    },
  });
}

export function observedParts(results: readonly MapResult[]): ObservedPart[] {
  let first = 0;
  return results.map(({ out: count }) => {
    const part = { first, count };
    first += count;
    return part;
  });
}

async function jobsOf(
  { settings, pass }: ShuffleContext,
  { reduction, inputs, count, folder }: ReductionRun,
): Promise<ReduceJob[]> {
  const path = join(folder, 'inputs.json');
  const part = await writePart(path, [Buffer.from(JSON.stringify(inputs))]);
  return Array.from({ length: count }, (_, partition) => {
    const output = join(folder, String(partition).padStart(5, '0'));
    const job = { kind: 'reduce' as const, settings, pass, reduction, partition, inputs: part, output };
    return { id: reduceJobId(job), ...job };
  });
}
