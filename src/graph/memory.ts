/** How much memory a graph takes, told from its records before anything runs. */
import { executionOrder, sizeOf } from './tensor.ts';
import type { Op, Tensor } from './tensor.ts';

export type MemoryPlan = {
  /** Values fixed in the graph: frozen weights, tables. */
  constantBytes: number;
  /** Values given at every run. */
  inputBytes: number;
  /** The most that computed values, results included, take at one time. */
  peakBytes: number;
};

const bytesPerElement = { float32: 4, int64: 8, bool: 1, uint8: 1 } as const;

/** Ops whose result is the bytes of their first input, looked at in another way. */
const views: ReadonlySet<Op> = new Set<Op>(['reshape', 'custom']);
/** Ops that ONNX Runtime computes in the buffer of an input that nothing reads afterwards. */
const inPlace: ReadonlySet<Op> = new Set<Op>([
  'add',
  'sub',
  'mul',
  'div',
  'neg',
  'exp',
  'log',
  'sqrt',
  'sigmoid',
]);

/** Follows every buffer from the op that fills it to the last one that reads it, in the order the ops are run. */
export function planMemory(outputs: readonly Tensor[]): MemoryPlan {
  const order = executionOrder(outputs);
  const lastUse = new Map<Tensor, number>();
  for (const [step, node] of order.entries())
    for (const buffer of buffersRead(node)) lastUse.set(buffer, step);
  for (const output of outputs) lastUse.set(bufferOf(output), Infinity);

  const plan = { constantBytes: 0, inputBytes: 0, peakBytes: 0 };
  let alive = 0;
  for (const [step, node] of order.entries()) {
    const bytes = bytesOf(node);
    if (node.op === 'constant') plan.constantBytes += bytes;
    else if (node.op === 'input') plan.inputBytes += bytes;
    else if (!views.has(node.op)) {
      const dying = buffersRead(node).filter((buffer) => lastUse.get(buffer) === step);
      const reused = inPlace.has(node.op) ? dying.find((buffer) => bytesOf(buffer) === bytes) : undefined;
      if (!reused) alive += bytes;
      plan.peakBytes = Math.max(plan.peakBytes, alive + workspaceBytes(node));
      for (const buffer of dying) if (buffer !== reused) alive -= bytesOf(buffer);
    }
  }
  return plan;
}

const bytesOf = ({ shape, type }: Tensor): number => sizeOf(shape) * bytesPerElement[type];

/** What an op needs beside its result while it runs: of a 4-bit matrix the floats, twice where it is used as it lies. */
function workspaceBytes(node: Tensor): number {
  if (node.op !== 'matmul4Bit') return 0;
  const { rows, columns, transposed } = (node as Tensor<'matmul4Bit'>).attributes;
  return rows * columns * bytesPerElement.float32 * (transposed ? 2 : 1);
}

/** The tensor whose bytes `tensor` shows. */
function bufferOf(tensor: Tensor): Tensor {
  let shown = tensor;
  while (views.has(shown.op)) shown = shown.inputs[0]!;
  return shown;
}

/** The computed buffers that an op reads; constants and inputs are not its to free. A view by itself reads nothing. */
function buffersRead(node: Tensor): Tensor[] {
  if (views.has(node.op)) return [];
  const buffers = new Set(node.inputs.map(bufferOf));
  return [...buffers].filter(({ op }) => op !== 'constant' && op !== 'input');
}
