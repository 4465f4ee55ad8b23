/**
 * Curates a folder's in.jsonl into its folder out, in small jobs: `node curate-run.ts FOLDER THREADS PARTITIONS`, and
 * `map 3` behind that for a process that dies as soon as its third map job is finished, `reduce 5` for the fifth reduction.
 */
import { join } from 'node:path';
import { silent } from '../../src/base/progress.ts';
import { curate } from '../../src/data/curate.ts';
import { openRunner, type JobRunner } from '../../src/data/engine/job-runner.ts';
import { lightCuration } from './light-curation.ts';

const [folder = '', threads, partitions, kind, count] = process.argv.slice(2);
let finished = 0;

function openDying(jobs: number): JobRunner {
  const runner = openRunner(jobs, Number(threads));
  return {
    ...runner,
    run: async (job, lane, context) => {
      const result = await runner.run(job, lane, context);
      if (job.kind === kind && ++finished === Number(count)) process.kill(process.pid, 'SIGKILL');
      return result;
    },
  };
}

await curate({
  config: lightCuration,
  projectFolder: folder,
  examplesPaths: [join(folder, 'in.jsonl')],
  outputFolder: join(folder, 'out'),
  workFolder: join(folder, 'work'),
  seed: 3,
  rangeBytes: 20_000,
  partitions: Number(partitions),
  openRunner: openDying,
  report: silent,
  signal: new AbortController().signal,
});
