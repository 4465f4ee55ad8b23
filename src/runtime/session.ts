/** Programs loaded into ONNX Runtime, run in a worker thread so that the caller's event loop stays free. */
import { Worker } from 'node:worker_threads';
import { availableParallelism } from 'node:os';
import { sharedFloats } from '../base/shared-memory.ts';
import { threadFile } from '../base/thread-file.ts';
import type { Program } from '../graph/emit.ts';
import { sizeOf } from '../graph/tensor.ts';
import type { TensorData } from '../graph/tensor.ts';
import { disableTelemetry } from './no-telemetry.ts';

export type Session = {
  /**
   * Runs the program once. `feeds` holds every input by name; arrays on shared memory (base/shared-memory.ts) are not
   * copied. The arrays returned belong to the session: the next run overwrites them.
   */
  run: (feeds: Readonly<Record<string, TensorData>>) => Promise<Readonly<Record<string, Float32Array>>>;
  close: () => Promise<void>;
};

/** What the worker is told. */
export type WorkerRequest =
  | { type: 'open'; program: Program; threads: number; outputs: Record<string, Float32Array> }
  | { type: 'run'; feeds: Readonly<Record<string, TensorData>> };
export type WorkerReply = { type: 'done' } | { type: 'failed'; message: string };

/** Bytes that the first run of a program takes beyond what loading it took: computed values, and the results handed out. */
export function firstRunBytes({ memory, outputs }: Program): number {
  return memory.peakBytes + outputs.reduce((total, { shape }) => total + 4 * sizeOf(shape), 0);
}

/** Loads a program. `threads` are ONNX Runtime's own (default: all this process may use). */
export async function openSession(
  program: Program,
  threads: number = availableParallelism(),
): Promise<Session> {
  const outputs: Record<string, Float32Array> = {};
  for (const { name, shape } of program.outputs) outputs[name] = sharedFloats(sizeOf(shape));
  disableTelemetry();
  const worker = new Worker(threadFile(import.meta.url, 'worker'));
  const ask = (request: WorkerRequest): Promise<void> =>
    new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
        finish();
      };
      const onMessage = (reply: WorkerReply): void =>
        settle(() =>
          reply.type === 'done' ? resolve() : reject(new Error(`ONNX Runtime: ${reply.message}`)),
        );
      const onError = (error: Error): void => settle(() => reject(error));
      const onExit = (code: number): void =>
        settle(() => reject(new Error(`the engine's thread ended (exit ${code})`)));
      worker.on('message', onMessage).on('error', onError).on('exit', onExit);
      worker.postMessage(request);
    });
  try {
    await ask({ type: 'open', program, threads, outputs });
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  return {
    run: async (feeds) => {
      for (const { name, shape } of program.inputs) {
        const length = sizeOf(shape);
        if (feeds[name]?.length !== length)
          throw new Error(`input ${name} needs ${length} values, got ${feeds[name]?.length ?? 'none'}`);
      }
      await ask({ type: 'run', feeds });
      return outputs;
    },
    close: async () => {
      await worker.terminate();
    },
  };
}
