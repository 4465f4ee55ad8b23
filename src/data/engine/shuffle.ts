/** Runs the reductions of a rule: the pieces that jobs left for each partition, as one job a partition. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Reporter } from '../../base/progress.ts';
import type { ObservedPart, Reduced, Shuffle } from '../rule.ts';
import type { RuleSettings } from '../rules.ts';
import type { MapResult } from './map-job.ts';
import { writePart } from './part.ts';
import { encodePieces, readPiece } from './pieces.ts';
import { type ReduceInputs, type ReduceJob, reduceJobId } from './reduce-job.ts';
import { runJobs } from './run-jobs.ts';
import type { JobRunner } from './runner.ts';

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

/** `rule` is what progress is reported of. */
export function openShuffle(rule: string, context: ShuffleContext): Shuffle {
  const { results, partitions, runner, report, signal } = context;
  const parts = observedParts(results);
  return {
    count: results.reduce((sum, { out }) => sum + out, 0),
    partitions,
    parts,
    reduce: async (reduction, { parameters = null, pieces } = {}) => {
      const folder = join(context.folder, reduction);
      await mkdir(folder, { recursive: true });
      const inputs: ReduceInputs = {
        pieces: pieces
          ? [await writePart(join(folder, 'given.pieces'), encodePieces(pieces))]
          : results.map((result) => result.pieces!),
        observed: results.map(({ table }, i) => ({ ...parts[i]!, ...(table && { table }) })),
        parameters,
      };
      const jobs = await jobsOf(context, { reduction, inputs, folder, count: pieces?.length ?? partitions });
      let done = 0;
      const onDone = (): void =>
        report({
          type: 'progress',
          label: `${rule} ${reduction}`,
          done: ++done,
          total: jobs.length,
          unit: 'partitions',
        });
      const made = await runJobs(jobs, runner, { signal, onRecords: () => {} }, onDone);
      return openReduced(made.map((one) => one.pieces.path));
    },
  };
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
  {
    reduction,
    inputs,
    folder,
    count,
  }: { reduction: string; inputs: ReduceInputs; folder: string; count: number },
): Promise<ReduceJob[]> {
  const path = join(folder, 'inputs.json');
  const part = await writePart(path, [Buffer.from(JSON.stringify(inputs))]);
  return Array.from({ length: count }, (_, partition) => {
    const output = join(folder, String(partition).padStart(5, '0'));
    const job = { kind: 'reduce' as const, settings, pass, reduction, partition, inputs: part, output };
    return { id: reduceJobId(job), ...job };
  });
}

function openReduced(paths: readonly string[]): Reduced {
  return {
    async *pieces<T>(number: number) {
      for (const path of paths) yield await readPiece<T>(path, number);
    },
  };
}
