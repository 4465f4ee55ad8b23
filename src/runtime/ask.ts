/** One question to a worker thread, and its answer. */
import type { Worker } from 'node:worker_threads';

export type Reply<T> = { type: 'done'; value: T } | { type: 'failed'; message: string };

/** Sends `request` and waits for the reply; one question at a time. Rejects when the worker failed or has ended. */
export function askWorker<T>(worker: Worker, request: unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void): void => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      finish();
    };
    const onMessage = (reply: Reply<T>): void =>
      settle(() =>
        reply.type === 'done' ? resolve(reply.value) : reject(new Error(`ONNX Runtime: ${reply.message}`)),
      );
    const onError = (error: Error): void => settle(() => reject(error));
    const onExit = (code: number): void =>
      settle(() => reject(new Error(`the engine's thread ended (exit ${code})`)));
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    worker.postMessage(request);
  });
}
