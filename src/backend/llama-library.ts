/** Loading node-llama-cpp, which is native and may be missing. */
import { availableParallelism } from 'node:os';
import { stat } from 'node:fs/promises';
import type { Llama, LlamaModel } from 'node-llama-cpp';
import { AttuneError } from '../base/errors.ts';
import { storageError } from '../base/storage-error.ts';

const fix = 'Run: npm install node-llama-cpp@3.22.1 --include=optional';

/** Models up to this size spend less time computing than threads spend meeting. */
const smallModelBytes = 256 * 2 ** 20;

export type LoadedModel = { llama: Llama; model: LlamaModel; threads: number };

/**
 * Loads a GGUF file on the CPU. Throws AttuneError 'environment' when node-llama-cpp cannot run here and 'model' when
 * llama.cpp refuses the file.
 */
export async function loadLlamaModel(gguf: string, threads?: number): Promise<LoadedModel> {
  const { size } = await stat(gguf).catch((cause: unknown) => {
    throw storageError(gguf, cause);
  });
  const count = threads ?? defaultThreads(size);
  const llama = await loadLlama(count);
  try {
    return { llama, model: await llama.loadModel({ modelPath: gguf, gpuLayers: 0 }), threads: count };
  } catch (cause) {
    await llama.dispose();
    throw new AttuneError('model', `llama.cpp cannot load ${gguf}: ${(cause as Error).message}`, {
      fix: 'Export the model again.',
      cause,
    });
  }
}

/**
 * The library's own default, four threads at least, was measured up to 870 times slower than one thread on two cores:
 * its threads wait for each other by spinning. One core is left to the rest of the machine.
 */
export function defaultThreads(modelBytes: number): number {
  return modelBytes <= smallModelBytes ? 1 : Math.max(1, availableParallelism() - 1);
}

async function loadLlama(maxThreads: number): Promise<Llama> {
  try {
    const { getLlama, LlamaLogLevel } = await import('node-llama-cpp');
    return await getLlama({
      build: 'never',
      gpu: false,
      maxThreads,
      logLevel: LlamaLogLevel.error,
      progressLogs: false,
    });
  } catch (cause) {
    const { message } = cause as Error;
    const reason =
      message === 'NoBinaryFoundError'
        ? `no build for ${process.platform}-${process.arch} is installed`
        : message;
    throw new AttuneError('environment', `llama.cpp cannot run on this machine: ${reason}`, { fix, cause });
  }
}
