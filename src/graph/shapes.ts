import { blockValues } from '../formats/four-bit.ts';
import { broadcastShapes, sizeOf } from './tensor.ts';
import type { ElementType, Op, OpAttributes, Shape, Tensor, TensorData } from './tensor.ts';

/** The result's shape. Throws when the inputs do not fit the op. */
type ShapeRule<O extends Op> = (inputs: readonly Tensor[], attributes: OpAttributes[O]) => Shape;

const same: ShapeRule<Op> = ([x]) => x!.shape;
const broadcast: ShapeRule<Op> = ([a, b]) => broadcastShapes(a!.shape, b!.shape);

export const shapeRules: { [O in Exclude<Op, 'input' | 'constant'>]: ShapeRule<O> } = {
  add: broadcast,
  sub: broadcast,
  mul: broadcast,
  div: broadcast,
  neg: same,
  exp: same,
  log: same,
  sqrt: same,
  sigmoid: same,
  tanh: same,
  silu: same,
  geluTanh: same,
  softmax: same,
  logSoftmax: same,
  matmul: ([a, b], { transA, transB }) => {
    const [m, k] = lastTwo(a!.shape, transA);
    const [k2, n] = lastTwo(b!.shape, transB);
    check(k === k2, 'matmul', a!.shape, b!.shape);
    return [...broadcastShapes(a!.shape.slice(0, -2), b!.shape.slice(0, -2)), m, n];
  },
  matmul4Bit: ([x, codes, scales], { rows, columns, transposed }) => {
    const size = rows * columns;
    check(
      codes!.type === 'uint8' && sizeOf(codes!.shape) === Math.ceil(size / 2),
      'matmul4Bit',
      codes!.shape,
      [rows, columns],
    );
    check(sizeOf(scales!.shape) === Math.ceil(size / blockValues), 'matmul4Bit', scales!.shape, [
      rows,
      columns,
    ]);
    check(x!.shape.length >= 2 && x!.shape.at(-1) === (transposed ? rows : columns), 'matmul4Bit', x!.shape, [
      rows,
      columns,
    ]);
    return [...x!.shape.slice(0, -1), transposed ? columns : rows];
  },
  rmsNorm: ([x, weight]) => {
    check(
      weight!.shape.length === 1 && weight!.shape[0] === x!.shape.at(-1),
      'rmsNorm',
      x!.shape,
      weight!.shape,
    );
    return x!.shape;
  },
  rope: ([x, positions, cos]) => {
    check(x!.shape.length === 3 && positions!.shape.length === 2, 'rope', x!.shape, positions!.shape);
    check(x!.shape[2]! % (2 * cos!.shape[1]!) === 0, 'rope', x!.shape, cos!.shape);
    return x!.shape;
  },
  gather: ([table, ids]) => {
    check(table!.shape.length === 2 && ids!.type === 'int64', 'gather', table!.shape, ids!.shape);
    return [...ids!.shape, table!.shape[1]!];
  },
  scatterAddRows: ([ids, updates], { rows }) => {
    const width = updates!.shape.at(-1)!;
    check(
      sizeOf(ids!.shape) * width === sizeOf(updates!.shape),
      'scatterAddRows',
      ids!.shape,
      updates!.shape,
    );
    return [rows, width];
  },
  pick: ([x, index]) => {
    check(x!.shape.length === 2 && index!.shape[0] === x!.shape[0], 'pick', x!.shape, index!.shape);
    return index!.shape;
  },
  addAt: ([x, index, value]) => {
    check(sizeOf(index!.shape) === sizeOf(value!.shape), 'addAt', index!.shape, value!.shape);
    return x!.shape;
  },
  reduceSum: ([x], { axes, keepDims }) =>
    x!.shape.flatMap((length, axis) => (axes.includes(axis) ? (keepDims ? [1] : []) : [length])),
  reduceMax: ([x]) => [...x!.shape.slice(0, -1), 1],
  reshape: ([x], { shape }) => {
    check(sizeOf(x!.shape) === sizeOf(shape), 'reshape', x!.shape, shape);
    return shape;
  },
  expand: ([x], { shape }) => broadcastShapes(x!.shape, shape),
  transpose: ([x], { permutation }) => permutation.map((axis) => x!.shape[axis]!),
  concat: (inputs, { axis }) =>
    inputs[0]!.shape.map((length, i) =>
      i === axis ? inputs.reduce((total, input) => total + input.shape[axis]!, 0) : length,
    ),
  slice: ([x], { axis, start, end }) => {
    check(0 <= start && start < end && end <= x!.shape[axis]!, 'slice', x!.shape, [axis, start, end]);
    return x!.shape.map((length, i) => (i === axis ? end - start : length));
  },
  where: ([condition, a, b]) => broadcastShapes(condition!.shape, broadcastShapes(a!.shape, b!.shape)),
  equal: broadcast,
  less: broadcast,
  and: broadcast,
  dropout: same,
  after: ([x, earlier]) => {
    check(x!.shape.length >= 2, 'after', x!.shape, earlier!.shape);
    return x!.shape;
  },
  custom: same,
};

/** The element type of a result. */
export function resultType(op: Op, inputs: readonly Tensor[]): ElementType {
  if (op === 'equal' || op === 'less' || op === 'and') return 'bool';
  if (op === 'where' || op === 'scatterAddRows') return inputs[1]!.type;
  return inputs[0]!.type;
}

export function typeOfData(data: TensorData): ElementType {
  return data instanceof Float32Array ? 'float32' : data instanceof BigInt64Array ? 'int64' : 'bool';
}

function lastTwo(shape: Shape, transposed: boolean): [number, number] {
  const [rows, columns] = [shape.at(-2), shape.at(-1)];
  if (rows === undefined || columns === undefined)
    throw new Error(`matmul needs matrices, got [${shape.join(', ')}]`);
  return transposed ? [columns, rows] : [rows, columns];
}

function check(fits: boolean, op: Op, a: Shape, b: Shape): void {
  if (!fits) throw new Error(`${op}: shapes [${a.join(', ')}] and [${b.join(', ')}] do not fit`);
}
