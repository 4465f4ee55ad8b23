/** Who runs jobs: this thread, or some threads beside it. Anything else that runs `runJob` fits the same shape. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { AttuneError, type ErrorCode } from '../../base/errors.ts';
import { interrupted } from '../../base/interrupt.ts';
import { threadFile } from '../../base/thread-file.ts';
import { type Job, type JobContext, type ResultOf, runJob } from './job.ts';

export type JobRunner = {
  /** Jobs at a time; `lane` below this number tells them apart. */
  readonly lanes: number;
  run: <J extends Job>(job: J, lane: number, context: JobContext) => Promise<ResultOf<J>>;
  close: () => Promise<void>;
};

/** Each thread holds the rules' word lists and language models anew, and 8 of them leave the disk little rest. */
const mostThreads = 8;
/** A thread that would take more is stopped, and the run with it, before the machine swaps. */
const threadHeapMegabytes = 768;
/** Records die young: with more room for them, fewer are copied before they do. */
const youngHeapMegabytes = 96;

export type WorkerReply =
  | { type: 'records'; count: number }
  | { type: 'done'; result: ResultOf<Job> }
  | { type: 'failed'; message: string; code?: ErrorCode; fix?: string; stack?: string };

/** Threads for so many jobs; a single job is not worth a thread. */
export function openRunner(jobs: number, threads: number = availableParallelism()): JobRunner {
  const lanes = Math.min(jobs, threads, mostThreads);
  return lanes <= 1
    ? { lanes: 1, run: (job, _lane, context) => runJob(job, context), close: async () => {} }
    : openThreads(lanes);
}

function openThreads(lanes: number): JobRunner {
  const workers: (Worker | undefined)[] = [];
  return {
    lanes,
    run: (job, lane, context) => runInThread((workers[lane] ??= startWorker()), job, context),
    close: async () => {
      await Promise.all(workers.map((worker) => worker?.terminate()));
    },
  };
}

function startWorker(): Worker {
  return new Worker(threadFile(import.meta.url, 'worker'), {
    resourceLimits: {
      maxOldGenerationSizeMb: threadHeapMegabytes,
      maxYoungGenerationSizeMb: youngHeapMegabytes,
    },
  });
}

/** A raised signal gives up the job at once; whoever opened the threads closes them, in the midst of their work. */
function runInThread<J extends Job>(
  worker: Worker,
  job: J,
  { signal, onRecords }: JobContext,
): Promise<ResultOf<J>> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void): void => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      signal.removeEventListener('abort', onAbort);
      finish();
    };
    const onMessage = (reply: WorkerReply): void => {
      if (reply.type === 'records') onRecords(reply.count);
      else
        settle(() =>
          reply.type === 'done' ? resolve(reply.result as ResultOf<J>) : reject(rebuildError(reply)),
        );
    };
    const onError = (error: NodeJS.ErrnoException): void =>
      settle(() => reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? outOfMemory(job) : error));
    const onExit = (code: number): void =>
      settle(() => reject(new Error(`a thread of curation ended (exit ${code})`)));
    const onAbort = (): void => settle(() => reject(interrupted()));
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    else worker.postMessage(job);
  });
}

function rebuildError({ message, code, fix, stack }: WorkerReply & { type: 'failed' }): Error {
  if (code !== undefined) return new AttuneError(code, message, { ...(fix !== undefined && { fix }) });
  return Object.assign(new Error(message), stack !== undefined && { stack });
}

function outOfMemory(job: Job): AttuneError {
  const [what, fix] =
    job.kind === 'map'
      ? [
          `the records after byte ${job.input.start} of ${job.input.path}`,
          'Look for a record of many megabytes there, and leave it out of the source.',
        ]
      : [
          `partition ${job.partition} of ${job.reduction}`,
          'Look for a text that very many records have in common, and leave it out of the source.',
        ];
  return new AttuneError(
    'environment',
    `a thread of curation took more than ${threadHeapMegabytes} MB on ${what}`,
    { fix },
  );
}
