/** Runs curation's jobs in processes of their own, through the command line, as other machines would. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Job, JobContext, ResultOf } from '../../src/data/engine/job.ts';
import type { JobRunner } from '../../src/data/engine/job-runner.ts';

const run = promisify(execFile);
const attune = join(import.meta.dirname, '..', '..', 'bin', 'attune.js');

/** How many jobs of each kind each lane has run. */
type Counts = Record<Job['kind'], number[]>;

export function openProcesses(lanes: number): JobRunner & { counts: Counts } {
  const none = (): number[] => Array.from({ length: lanes }, () => 0);
  const counts = { map: none(), reduce: none() };
  return {
    lanes,
    counts,
    run: async <J extends Job>(job: J, lane: number, { onRecords }: JobContext): Promise<ResultOf<J>> => {
      const path = `${job.output}.job.json`;
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, JSON.stringify(job));
      const { stdout } = await run(process.execPath, [attune, '--json', 'shard', path]);
      const result = JSON.parse(stdout.trim().split('\n').at(-1)!) as ResultOf<J>;
      counts[job.kind][lane]! += 1;
      if ('in' in result) onRecords(result.in);
      return result;
    },
    close: async () => {},
  };
}
