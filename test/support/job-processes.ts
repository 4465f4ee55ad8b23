/** Runs curation's jobs in processes of their own, through the command line, as other machines would. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { MapResult } from '../../src/data/engine/map-job.ts';
import type { JobRunner } from '../../src/data/engine/runner.ts';

const run = promisify(execFile);
const attune = join(import.meta.dirname, '..', '..', 'bin', 'attune.js');

/** `counts` says how many jobs each lane has run. */
export function openProcesses(lanes: number): JobRunner & { counts: number[] } {
  const counts = Array.from({ length: lanes }, () => 0);
  return {
    lanes,
    counts,
    run: async (job, lane, { onRecords }) => {
      const path = `${job.output}.job.json`;
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, JSON.stringify(job));
      const { stdout } = await run(process.execPath, [attune, '--json', 'shard', path]);
      const result = JSON.parse(stdout.trim().split('\n').at(-1)!) as MapResult;
      counts[lane]! += 1;
      onRecords(result.in);
      return result;
    },
    close: async () => {},
  };
}
