/** The thread that owns one ONNX Runtime session: `run` blocks it, not the program. */
import { parentPort } from 'node:worker_threads';
import * as ort from 'onnxruntime-node';
import type { OnnxValue } from '../formats/onnx.ts';
import type { TensorData } from '../graph/tensor.ts';
import type { WorkerReply, WorkerRequest } from './session.ts';

let session: ort.InferenceSession | undefined;
let inputs: readonly OnnxValue[] = [];
let constants: Record<string, ort.Tensor> = {};
let fetches: Record<string, ort.Tensor> = {};

async function open({ program, threads, outputs }: Extract<WorkerRequest, { type: 'open' }>): Promise<void> {
  session = await ort.InferenceSession.create(program.model, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    // A pattern is laid out after the first run, beside what that run took: all activations twice.
    enableMemPattern: false,
    logSeverityLevel: 3,
    // Waiting threads sleep: where cores are shared, spinning ones take the time of the one they wait for.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
  inputs = program.inputs;
  constants = Object.fromEntries(
    program.constants.map(({ name, type, shape, data }) => [name, new ort.Tensor(type, data, shape)]),
  );
  fetches = Object.fromEntries(
    program.outputs.map(({ name, shape }) => [name, new ort.Tensor('float32', outputs[name]!, shape)]),
  );
}

async function run(feeds: Readonly<Record<string, TensorData>>): Promise<void> {
  const tensors = inputs.map(
    ({ name, type, shape }) => [name, new ort.Tensor(type, feeds[name]!, shape)] as const,
  );
  await session!.run({ ...constants, ...Object.fromEntries(tensors) }, fetches);
}

parentPort!.on('message', (request: WorkerRequest) => {
  const work = request.type === 'open' ? open(request) : run(request.feeds);
  const reply = (message: WorkerReply): void => parentPort!.postMessage(message);
  work.then(
    () => reply({ type: 'done' }),
    (error: unknown) =>
      reply({ type: 'failed', message: error instanceof Error ? error.message : String(error) }),
  );
});
