/** Runs the stages collect, curate and split as a project would, in a process of its own, and tells time and memory. */
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { z } from 'zod';
import { silent } from '../../../src/base/progress.ts';
import { collect } from '../../../src/data/collect.ts';
import { collectConfig, curateConfig } from '../../../src/data/config.ts';
import { splitConfig } from '../../../src/data/config/split.ts';
import { curate } from '../../../src/data/curate.ts';
import { openRunner } from '../../../src/data/engine/job-runner.ts';
import { split } from '../../../src/data/split/split.ts';
import { answer, job, peakBytes } from '../../answer.ts';

/** Each stage reads and writes folders of its name in `folder`, the first one the file `source`. */
export type StagesJob = {
  folder: string;
  source: string;
  threads: number;
  /** The section curate of the project file (default: as it comes). */
  curate?: z.input<typeof curateConfig>;
};

const { folder, source, threads, curate: settings = {} } = job<StagesJob>();
const config = curateConfig.parse(settings);
const common = {
  projectFolder: dirname(source),
  seed: 1,
  report: silent,
  signal: new AbortController().signal,
};
const examplesOf = (stage: string): string => join(folder, stage, 'examples.jsonl');
const outputOf = async (stage: string): Promise<{ outputFolder: string }> => {
  const outputFolder = join(folder, stage);
  await mkdir(outputFolder, { recursive: true });
  return { outputFolder };
};

const stages: Record<string, () => Promise<Readonly<Record<string, unknown>>>> = {
  collect: async () =>
    collect({
      ...common,
      ...(await outputOf('collect')),
      config: collectConfig.parse({ sources: [{ jsonl: source }] }),
    }),
  curate: async () =>
    curate({
      ...common,
      ...(await outputOf('curate')),
      config,
      examplesPaths: [examplesOf('collect')],
      workFolder: join(folder, 'work'),
      openRunner: (jobs) => openRunner(jobs, threads),
    }),
  split: async () =>
    split({
      ...common,
      ...(await outputOf('split')),
      config: splitConfig.parse({}),
      pii: config.pii,
      examplesPath: examplesOf('curate'),
    }),
};

await answer(
  {},
  {
    run: async ({ stage }) => {
      // What an earlier run left there would be taken up.
      await rm(join(folder, 'work'), { recursive: true, force: true });
      const startMs = performance.now();
      const before = process.cpuUsage();
      const summary = await stages[String(stage)]!();
      const { user, system } = process.cpuUsage(before);
      return {
        seconds: (performance.now() - startMs) / 1000,
        processorSeconds: (user + system) / 1e6,
        peakBytes: await peakBytes(),
        summary,
      };
    },
  },
);
