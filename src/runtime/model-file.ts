<<<<<<< HEAD
/** A model in an ONNX file that another program wrote, such as an encoder exported by optimum: token ids in, numbers out. */
import { availableParallelism } from 'node:os';
import { AttuneError } from '../base/errors.ts';

export type IdTensor = { shape: readonly number[]; data: BigInt64Array };
export type FloatTensor = { shape: readonly number[]; data: Float32Array };
=======
/**
 * ONNX models from disk, as others have exported them: inputs and outputs by name, shapes as each run brings them. Runs
 * in a worker thread, so that the caller's event loop stays free. Our own programs go through session.ts.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { askWorker } from './ask.ts';

export type FeedTensor =
  | { type: 'int64'; shape: readonly number[]; data: BigInt64Array }
  | { type: 'float32'; shape: readonly number[]; data: Float32Array };
export type ResultTensor = { shape: readonly number[]; data: Float32Array };
>>>>>>> b636006 (Names, places, organisations and addresses without a model; token classifiers in ONNX with exact offsets)

export type ModelFile = {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
<<<<<<< HEAD
  /** Runs the model once on all its inputs and returns all its outputs. Blocks the thread. Throws AttuneError 'model'. */
  run(feeds: Readonly<Record<string, IdTensor>>): Promise<Record<string, FloatTensor>>;
  close(): Promise<void>;
};

/** Loads a model file. Throws AttuneError 'model' when it is missing or none that ONNX Runtime can run. */
export async function openModelFile(path: string, threads = availableParallelism()): Promise<ModelFile> {
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  const session = await InferenceSession.create(path, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  }).catch((cause: unknown) => {
    throw new AttuneError('model', `${path} cannot be loaded: ${messageOf(cause)}`, {
      fix: 'Export the model again, for example with optimum: optimum-cli export onnx --model <name> <folder>.',
      cause,
    });
  });
  return {
    inputs: session.inputNames,
    outputs: session.outputNames,
    run: async (feeds) => {
      const tensors = Object.entries(feeds).map(
        ([name, { shape, data }]) => [name, new Tensor('int64', data, shape)] as const,
      );
      const results = await session.run(Object.fromEntries(tensors)).catch((cause: unknown) => {
        throw new AttuneError('model', `${path} cannot be run: ${messageOf(cause)}`, { cause });
      });
      return Object.fromEntries(
        Object.entries(results).map(([name, { dims, data }]) => {
          if (!(data instanceof Float32Array))
            throw new AttuneError('model', `${path}: its output ${name} is not of type float32`, {
              fix: 'Export the model in float32; quantised weights inside it are fine.',
            });
          return [name, { shape: dims, data }];
        }),
      );
    },
    close: async () => {
      await session.release();
    },
  };
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
=======
  /** The outputs by name, as float32; integer outputs are left out. One run at a time. */
  run: (feeds: Readonly<Record<string, FeedTensor>>) => Promise<Readonly<Record<string, ResultTensor>>>;
  close: () => Promise<void>;
};

/** What the worker is told. */
export type ModelFileRequest =
  | { type: 'open'; path: string; threads: number }
  | { type: 'run'; feeds: Readonly<Record<string, FeedTensor>> };

/**
 * Loads the model at `path`; weights beside it (model.onnx_data) are found by ONNX Runtime. `threads` are ONNX Runtime's
 * own (default: all this process may use). Throws what ONNX Runtime says when the file cannot be loaded.
 */
export async function openModelFile(
  path: string,
  threads: number = availableParallelism(),
): Promise<ModelFile> {
  const name = import.meta.url.endsWith('.ts') ? './model-file-worker.ts' : './model-file-worker.js';
  const worker = new Worker(new URL(name, import.meta.url));
  const ask = <T>(request: ModelFileRequest): Promise<T> => askWorker<T>(worker, request);
  try {
    const names = await ask<Pick<ModelFile, 'inputs' | 'outputs'>>({ type: 'open', path, threads });
    return {
      ...names,
      run: (feeds) => ask({ type: 'run', feeds }),
      close: async () => {
        await worker.terminate();
      },
    };
  } catch (error) {
    await worker.terminate();
    throw error;
  }
}
>>>>>>> b636006 (Names, places, organisations and addresses without a model; token classifiers in ONNX with exact offsets)
