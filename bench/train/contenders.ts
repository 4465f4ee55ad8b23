/** The programs that are compared, each in a process of its own that waits until it is told to take steps. */
import { join } from 'node:path';
import { openChild } from '../child.ts';
import type { Child, Reply } from '../child.ts';
import type { OurJob } from './children/ours.ts';
import type { BenchContext } from './section.ts';

/** One optimiser step. `tokens` and `supervised` are real ones: padding does not count. */
export type StepTime = { seconds: number; loss: number; tokens: number; supervised: number };
export type Steps = { times: StepTime[]; peakBytes: number };

export type Stepper = {
  hello: Reply;
  readyMs: number;
  steps: (count: number) => Promise<Steps>;
  close: () => Promise<void>;
};

/** What both sides are started with: as many threads, wherever a library looks for the number. */
function environmentFor(threads: number): Record<string, string> {
  return {
    OMP_NUM_THREADS: `${threads}`,
    MKL_NUM_THREADS: `${threads}`,
    TOKENIZERS_PARALLELISM: 'false',
    HF_HUB_OFFLINE: '1',
    TRANSFORMERS_VERBOSITY: 'error',
    PYTHONWARNINGS: 'ignore',
    CUDA_VISIBLE_DEVICES: '',
  };
}

export async function openOurs(job: OurJob): Promise<Stepper> {
  return stepper(await openNode('ours', 'ours.ts', job, job.threads));
}

/** A program of `children/`. */
export function openNode(name: string, file: string, job: object, threads: number): Promise<Child> {
  return openChild({
    name,
    command: process.execPath,
    args: [join(import.meta.dirname, 'children', file), JSON.stringify(job)],
    environment: environmentFor(threads),
  });
}

/** A program of `peers/`. */
export async function openPython(
  { python, learnVersions }: BenchContext,
  name: string,
  file: string,
  job: Readonly<Record<string, unknown>> & { threads: number },
): Promise<Child> {
  const child = await openChild({
    name,
    command: python,
    args: [join(import.meta.dirname, 'peers', file), JSON.stringify(job)],
    environment: environmentFor(job.threads),
  });
  learnVersions(child.hello);
  return child;
}

export function stepper({ hello, readyMs, ask, close }: Child): Stepper {
  return {
    hello,
    readyMs,
    steps: async (count) => (await ask({ command: 'steps', count })) as unknown as Steps,
    close,
  };
}
