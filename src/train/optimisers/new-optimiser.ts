/**
 * The optimiser of a run: state for every trainable parameter, clipping, and the update, in several threads where there is
 * enough to do. It knows nothing of the loop or of files.
 */
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { threadFile } from '../../base/thread-file.ts';
import { sizeOf } from '../../graph/tensor.ts';
import type { Parameter } from '../../model/parameters.ts';
import { decays } from './optimiser.ts';
import type { OptimiserSettings, Slot, StateArray, StateShape } from './optimiser.ts';
import { piecesOf, takePieces, updateRules } from './pieces.ts';
import type { OptimiserName, PieceTask, SharedWork } from './pieces.ts';
import type { OptimiserRequest } from './worker.ts';

/** A named tensor of optimiser state, `<kind>:<parameter>`; `data` is what the optimiser itself works on. */
export type StateTensor = StateShape & { name: string; data: StateArray };

export type OptimiserStep = {
  /** Counts from 1. */
  step: number;
  learningRate: number;
  /** Gradients are scaled down together to at most this L2 norm. */
  maximumNorm: number;
};

export type Optimiser = {
  state: readonly StateTensor[];
  /** Joint L2 norm of the gradients, which are in the order of the parameters and on shared memory. */
  gradientNorm: (gradients: readonly Float32Array[]) => Promise<number>;
  /** Updates the parameters in place, with the gradients that gradientNorm was last given. */
  step: (norm: number, step: OptimiserStep) => Promise<void>;
  close: () => Promise<void>;
};

/** Below this many weights, starting threads costs more than they save. */
const worthThreads = 1_000_000;
/** The update waits for memory more than it computes, so that a few threads are enough. */
const mostThreads = 4;

/** An optimiser for parameters whose data lies on shared memory, with new state. */
export function newOptimiser(
  optimiser: OptimiserName,
  parameters: readonly Parameter[],
  { threads = availableParallelism(), ...settings }: OptimiserSettings & { threads?: number | undefined },
): Optimiser {
  const state: StateTensor[] = [];
  const slots = parameters.map(({ name, shape, data }): Slot => {
    const own: Record<string, StateArray> = {};
    for (const [kind, { dtype, shape: size }] of Object.entries(updateRules[optimiser].state(shape))) {
      own[kind] = sharedArray(dtype, sizeOf(size));
      state.push({ name: `${kind}:${name}`, dtype, shape: size, data: own[kind] });
    }
    return { shape, data, gradient: new Float32Array(0), state: own, decays: decays(name) };
  });
  const sizes = parameters.map(({ data }) => data.length);
  const pieces = piecesOf(optimiser, sizes);
  const work: SharedWork = {
    optimiser,
    slots,
    squares: new Float64Array(new SharedArrayBuffer(8 * pieces.length)),
    next: new Int32Array(new SharedArrayBuffer(4)),
  };
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const workers = total < worthThreads || threads === 1 ? [] : startWorkers(Math.min(threads, mostThreads));
  let workersKnow = false;
  const run = async (task: PieceTask): Promise<void> => {
    work.next[0] = 0;
    if (workers.length === 0) return takePieces(pieces, work, task);
    const request: OptimiserRequest = workersKnow ? { task } : { task, work };
    await Promise.all(
      workers.map((worker) => {
        worker.postMessage(request);
        return once(worker, 'message');
      }),
    );
    workersKnow = true;
  };
  return {
    state,
    gradientNorm: async (gradients) => {
      for (const [i, slot] of slots.entries()) {
        if (slot.gradient !== gradients[i]) workersKnow = false;
        slot.gradient = gradients[i]!;
      }
      await run({ type: 'squares' });
      return Math.sqrt(work.squares.reduce((sum, squares) => sum + squares, 0));
    },
    step: (norm, { step, learningRate, maximumNorm }) => {
      // torch.nn.utils.clip_grad_norm_ adds 1e-6 to the norm.
      const gradientScale = Math.min(1, maximumNorm / (norm + 1e-6));
      return run({ type: 'update', settings: { ...settings, step, learningRate, gradientScale } });
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function startWorkers(count: number): Worker[] {
  return Array.from({ length: count }, () => new Worker(threadFile(import.meta.url, 'worker')));
}

function sharedArray(dtype: StateShape['dtype'], length: number): StateArray {
  const bytes = new SharedArrayBuffer(dtype === 'F32' ? length * 4 : length);
  return dtype === 'F32' ? new Float32Array(bytes) : new Uint8Array(bytes);
}
