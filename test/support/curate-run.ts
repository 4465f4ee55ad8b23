/** Curates a folder's in.jsonl into its folder out, in small jobs, printing a line for each report: a process to be killed. */
import { join } from 'node:path';
import { curate } from '../../src/data/curate.ts';
import { openRunner } from '../../src/data/engine/runner.ts';
import { lightCuration } from './light-curation.ts';

const [folder = '', threads = '1', partitions] = process.argv.slice(2);
await curate({
  config: lightCuration,
  projectFolder: folder,
  examplesPaths: [join(folder, 'in.jsonl')],
  outputFolder: join(folder, 'out'),
  workFolder: join(folder, 'work'),
  seed: 3,
  rangeBytes: 20_000,
  ...(partitions !== undefined && { partitions: Number(partitions) }),
  openRunner: (jobs) => openRunner(jobs, Number(threads)),
  report: (event) => console.log(JSON.stringify(event)),
  signal: new AbortController().signal,
});
