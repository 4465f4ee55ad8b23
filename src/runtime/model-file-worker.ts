/** The thread that owns the ONNX Runtime session of one model file. */
import { parentPort } from 'node:worker_threads';
import * as ort from 'onnxruntime-node';
import type { Reply } from './ask.ts';
import type { ModelFile, ModelFileRequest, ResultTensor } from './model-file.ts';

let session: ort.InferenceSession | undefined;

async function open({
  path,
  threads,
}: Extract<ModelFileRequest, { type: 'open' }>): Promise<Pick<ModelFile, 'inputs' | 'outputs'>> {
  session = await ort.InferenceSession.create(path, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    // As in worker.ts: spinning threads take the time of the one they wait for.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
  return { inputs: session.inputNames, outputs: session.outputNames };
}

async function run({
  feeds,
}: Extract<ModelFileRequest, { type: 'run' }>): Promise<Record<string, ResultTensor>> {
  const tensors = Object.fromEntries(
    Object.entries(feeds).map(([name, { type, shape, data }]) => [name, new ort.Tensor(type, data, shape)]),
  );
  const results: Record<string, ResultTensor> = {};
  for (const [name, tensor] of Object.entries(await session!.run(tensors))) {
    const data = toFloats(tensor);
    if (data) results[name] = { shape: tensor.dims, data };
  }
  return results;
}

function toFloats({ type, data }: ort.Tensor): Float32Array | undefined {
  if (type === 'float32') return data as Float32Array;
  if (type === 'float64') return Float32Array.from(data as Float64Array);
  if (type !== 'float16') return undefined;
  const { buffer, byteOffset, length } = data as Uint16Array;
  return Float32Array.from(new Float16Array(buffer as ArrayBuffer, byteOffset, length));
}

parentPort!.on('message', (request: ModelFileRequest) => {
  const work: Promise<unknown> = request.type === 'open' ? open(request) : run(request);
  const reply = (message: Reply<unknown>): void => parentPort!.postMessage(message);
  work.then(
    (value) => reply({ type: 'done', value }),
    (error: unknown) => reply({ type: 'failed', message: error instanceof Error ? error.message : String(error) }),
  );
});
