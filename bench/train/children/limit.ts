/** Times matrix products alone through ONNX Runtime: what a step would take that did nothing else. */
import * as ort from 'onnxruntime-node';
import { encodeOnnxModel } from '../../../src/formats/onnx.ts';
import type { OnnxInitializer, OnnxValue } from '../../../src/formats/onnx.ts';
import type { Product } from '../products.ts';
import { spreadOf } from '../../statistics.ts';
import { answer, job } from '../../answer.ts';

export type LimitJob = { products: Product[]; threads: number };
/** Seconds of one product of each kind, in the order of the job. */
export type LimitTimes = { seconds: number[] };

/** One run does as many products of a kind as take about this long, so that calling costs nothing beside them. */
const runFlops = 4e9;

type Timer = { repeat: number; run: () => Promise<unknown> };

const { products, threads } = job<LimitJob>();
const timers: Timer[] = [];
for (const product of products) timers.push(await openTimer(product));
await answer(
  {},
  {
    measure: async () => {
      const seconds: number[] = [];
      for (const { repeat, run } of timers) {
        const trials: number[] = [];
        for (let trial = 0; trial < 3; trial++) {
          const startMs = performance.now();
          await run();
          trials.push((performance.now() - startMs) / 1000 / repeat);
        }
        seconds.push(spreadOf(trials).median);
      }
      return { seconds };
    },
  },
);

/** A graph of the same product several times over, each with operands of its own, as in a step. */
async function openTimer({ m, k, n, batch, frozenRight }: Product): Promise<Timer> {
  const repeat = Math.max(1, Math.min(64, Math.round(runFlops / (2 * m * k * n * batch))));
  const numbers = Array.from({ length: repeat }, (_, i) => i);
  const value = (name: string, ...shape: [number, number]): OnnxValue => ({
    name,
    type: 'float32',
    shape: batch === 1 ? shape : [batch, ...shape],
  });
  const initializers: OnnxInitializer[] = frozenRight
    ? numbers.map((i) => ({
        ...value(`b${i}`, k, n),
        data: new Uint8Array(filled(k * n).buffer),
      }))
    : [];
  const inputs = numbers.flatMap((i) => [
    value(`a${i}`, m, k),
    ...(frozenRight ? [] : [value(`b${i}`, k, n)]),
  ]);
  const outputs = numbers.map((i) => value(`c${i}`, m, n));
  const nodes = numbers.map((i) => ({
    opType: 'MatMul',
    domain: '',
    inputs: [`a${i}`, `b${i}`],
    outputs: [`c${i}`],
    attributes: {},
  }));
  const model = encodeOnnxModel({ nodes, inputs, outputs, initializers });
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
  const tensors = (
    values: readonly OnnxValue[],
    make: (length: number) => Float32Array,
  ): Record<string, ort.Tensor> =>
    Object.fromEntries(
      values.map(({ name, shape }) => {
        const length = shape.reduce((product, size) => product * size, 1);
        return [name, new ort.Tensor('float32', make(length), shape)];
      }),
    );
  const feeds = tensors(inputs, filled);
  const fetches = tensors(outputs, (length) => new Float32Array(length));
  await session.run(feeds, fetches);
  return { repeat, run: () => session.run(feeds, fetches) };
}

/** Small numbers of all kinds: products of zeros or of one number could be quicker. */
function filled(length: number): Float32Array {
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) values[i] = ((i * 2654435761) % 1000) / 1000 - 0.5;
  return values;
}
