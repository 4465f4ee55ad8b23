/** A thread that runs the jobs it is sent, one at a time. */
import { parentPort } from 'node:worker_threads';
import { AttuneError } from '../../base/errors.ts';
import { asStorageError } from '../../base/storage-error.ts';
import { type Job, runJob } from './job.ts';
import type { WorkerReply } from './job-runner.ts';

const port = parentPort!;
const send = (reply: WorkerReply): void => port.postMessage(reply);
/** Nobody asks a thread to stop: it is ended. */
const { signal } = new AbortController();

port.on('message', (job: Job) => {
  runJob(job, { signal, onRecords: (count) => send({ type: 'records', count }) }).then(
    (result) => send({ type: 'done', result }),
    (error: unknown) =>
      send({ type: 'failed', ...describeError(asStorageError(job.output, error) as Error) }),
  );
});

function describeError(error: Error): Omit<WorkerReply & { type: 'failed' }, 'type'> {
  const { message, stack } = error;
  if (!(error instanceof AttuneError)) return { message, ...(stack !== undefined && { stack }) };
  const { code, fix } = error;
  return { message, code, ...(fix !== undefined && { fix }) };
}
