/**
 * The graph of a computation, as plain records: a tensor knows the op that makes it and the tensors that op reads.
 * Shapes are fixed when the graph is built. There is no graph object: the outputs a caller keeps are the graph.
 * This file knows nothing of gradients (gradient.ts) or of ONNX (emit.ts).
 */
import type { FourBitType } from '../formats/four-bit.ts';

export type Shape = readonly number[];
export type ElementType = 'float32' | 'int64' | 'bool' | 'uint8';
export type TensorData = Float32Array | BigInt64Array | Uint8Array;

/** Every op and its attributes. Adding a line here makes the compiler ask for its shape, gradient and emission rules. */
export type OpAttributes = {
  /** A value given at every run. */
  input: { name: string };
  /** A value fixed when the graph is built: frozen weights, tables, masks. */
  constant: { data: TensorData; name?: string };
  add: None;
  sub: None;
  mul: None;
  div: None;
  neg: None;
  exp: None;
  log: None;
  sqrt: None;
  sigmoid: None;
  tanh: None;
  silu: None;
  /** ½·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))). */
  geluTanh: None;
  softmax: None;
  logSoftmax: None;
  /** alpha · op(a) · op(b) over the last two axes; leading axes broadcast. */
  matmul: { transA: boolean; transB: boolean; alpha: number };
  /** x·Wᵀ, or with `transposed` x·W, where W [rows, columns] is held as 4-bit codes and scales (formats/four-bit.ts). */
  matmul4Bit: { type: FourBitType; rows: number; columns: number; transposed: boolean };
  /** x / sqrt(mean(x², last axis) + epsilon) · weight. */
  rmsNorm: { epsilon: number };
  /** Rotary embedding of x [B, T, heads · headDim] by positions [B, T] with cos, sin tables [positions, headDim / 2]. */
  rope: { inverse: boolean };
  /** Rows of a table [V, d] by int64 ids of any shape. */
  gather: None;
  /** Zeros [rows, d] plus each update row added at its id: the transpose of gather. */
  scatterAddRows: { rows: number };
  /** For each row of x [N, V], the element at its int64 index [N, 1]. */
  pick: None;
  /** x [N, V] plus value [N, 1] added at each row's index [N, 1]. */
  addAt: None;
  reduceSum: { axes: readonly number[]; keepDims: boolean };
  /** The largest element of the last axis, kept as length 1. */
  reduceMax: None;
  reshape: { shape: Shape };
  expand: { shape: Shape };
  transpose: { permutation: readonly number[] };
  concat: { axis: number };
  slice: { axis: number; start: number; end: number };
  where: None;
  equal: None;
  less: None;
  and: None;
  /** x · keep / (1 - rate), where keep is a bool tensor drawn outside the graph. */
  dropout: { rate: number };
  /** The value of its first input, but not before there is a value of its second. */
  after: None;
  /** The value of its first input; its gradient rule is written by hand (see customGradient). */
  custom: { rule: (upstream: Tensor) => (Tensor | undefined)[] };
};
type None = Record<never, never>;

export type Op = keyof OpAttributes;

export type Tensor<O extends Op = Op> = {
  readonly op: O;
  readonly inputs: readonly Tensor[];
  readonly attributes: OpAttributes[O];
  readonly shape: Shape;
  readonly type: ElementType;
};

/** Number of elements. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, length) => product * length, 1);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}

/** NumPy broadcasting of two shapes. Throws when they do not fit. */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1)
      throw new Error(`shapes [${a.join(', ')}] and [${b.join(', ')}] do not broadcast`);
    return left === 1 ? right : left;
  });
}

/** Every tensor that `outputs` depend on, inputs before users, without those of `known` and what only they depend on. */
export function topologicalOrder(outputs: readonly Tensor[], known: readonly Tensor[] = []): Tensor[] {
  return depthFirst(outputs, ({ inputs }) => inputs, known);
}

/**
 * The order in which ONNX Runtime runs a graph that was emitted in topologicalOrder: it goes down from the result that
 * was written last, at each node first to the input that was written last, and runs what it meets on its way back.
 */
export function executionOrder(outputs: readonly Tensor[]): Tensor[] {
  const written = new Map(topologicalOrder(outputs).map((tensor, place) => [tensor, place]));
  const lastFirst = (tensors: readonly Tensor[]): Tensor[] =>
    tensors.toSorted((a, b) => written.get(b)! - written.get(a)!);
  return depthFirst(lastFirst(outputs), ({ inputs }) => lastFirst(inputs), []);
}

/** Iterative: graphs are thousands of nodes deep. */
function depthFirst(
  outputs: readonly Tensor[],
  inputsOf: (node: Tensor) => readonly Tensor[],
  known: readonly Tensor[],
): Tensor[] {
  const order: Tensor[] = [];
  const state = new Map<Tensor, 'open' | 'done'>(known.map((tensor) => [tensor, 'done']));
  const stack = outputs.toReversed();
  while (stack.length > 0) {
    const node = stack.at(-1)!;
    if (state.get(node) === undefined) {
      state.set(node, 'open');
      for (const parent of inputsOf(node).toReversed()) if (!state.has(parent)) stack.push(parent);
      continue;
    }
    stack.pop();
    if (state.get(node) === 'open') {
      state.set(node, 'done');
      order.push(node);
    }
  }
  return order;
}
