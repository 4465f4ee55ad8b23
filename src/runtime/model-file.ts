/** A model in an ONNX file that another program wrote, such as an encoder exported by optimum: token ids in, numbers out. */
import { availableParallelism } from 'node:os';
import { AttuneError } from '../base/errors.ts';
import { disableTelemetry } from './no-telemetry.ts';

export type IdTensor = { shape: readonly number[]; data: BigInt64Array };
export type FloatTensor = { shape: readonly number[]; data: Float32Array };

export type ModelFile = {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Runs the model once on all its inputs and returns all its outputs. Blocks the thread. Throws AttuneError 'model'. */
  run(feeds: Readonly<Record<string, IdTensor>>): Promise<Record<string, FloatTensor>>;
  close(): Promise<void>;
};

/** Loads a model file. Throws AttuneError 'model' when it is missing or none that ONNX Runtime can run. */
export async function openModelFile(path: string, threads = availableParallelism()): Promise<ModelFile> {
  disableTelemetry();
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
