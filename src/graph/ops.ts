/** The ops as functions: what a model is written in. Each checks its shapes when called. */
import { shapeRules, resultType, typeOfData } from './shapes.ts';
import { sizeOf } from './tensor.ts';
import type { ElementType, Op, OpAttributes, Shape, Tensor, TensorData } from './tensor.ts';

function make<O extends Exclude<Op, 'input' | 'constant'>>(
  op: O,
  inputs: readonly Tensor[],
  attributes: OpAttributes[O],
): Tensor {
  return { op, inputs, attributes, shape: shapeRules[op](inputs, attributes), type: resultType(op, inputs) };
}

/** What is fed to the program under this name, at every run. */
export function input(name: string, shape: Shape, type: ElementType = 'float32'): Tensor {
  return { op: 'input', inputs: [], attributes: { name }, shape, type };
}

/** A fixed value; `name` is only needed where a person reads the graph, `type` to tell bytes that are numbers from truth values. */
export function constant(
  data: TensorData,
  shape: Shape,
  name?: string,
  type: ElementType = typeOfData(data),
): Tensor {
  if (data.length !== sizeOf(shape))
    throw new Error(`constant ${name ?? ''}: ${data.length} values for shape [${shape.join(', ')}]`);
  return {
    op: 'constant',
    inputs: [],
    attributes: { data, ...(name && { name }) },
    shape,
    type,
  };
}

export function scalar(value: number): Tensor {
  return constant(Float32Array.of(value), []);
}

export const add = (a: Tensor, b: Tensor): Tensor => make('add', [a, b], {});
export const sub = (a: Tensor, b: Tensor): Tensor => make('sub', [a, b], {});
export const mul = (a: Tensor, b: Tensor): Tensor => make('mul', [a, b], {});
export const div = (a: Tensor, b: Tensor): Tensor => make('div', [a, b], {});
export const neg = (x: Tensor): Tensor => make('neg', [x], {});
export const exp = (x: Tensor): Tensor => make('exp', [x], {});
export const log = (x: Tensor): Tensor => make('log', [x], {});
export const sqrt = (x: Tensor): Tensor => make('sqrt', [x], {});
export const sigmoid = (x: Tensor): Tensor => make('sigmoid', [x], {});
export const tanh = (x: Tensor): Tensor => make('tanh', [x], {});
/** x · sigmoid(x). */
export const silu = (x: Tensor): Tensor => make('silu', [x], {});
/** The tanh approximation of GELU (Hendrycks and Gimpel, arXiv 1606.08415). */
export const geluTanh = (x: Tensor): Tensor => make('geluTanh', [x], {});
/** Over the last axis. */
export const softmax = (x: Tensor): Tensor => make('softmax', [x], {});
/** Over the last axis. */
export const logSoftmax = (x: Tensor): Tensor => make('logSoftmax', [x], {});

/** alpha · op(a) · op(b) over the last two axes, op being the transpose where asked. */
export function matmul(
  a: Tensor,
  b: Tensor,
  { transA = false, transB = false, alpha = 1 }: Partial<OpAttributes['matmul']> = {},
): Tensor {
  return make('matmul', [a, b], { transA, transB, alpha });
}

/** x·Wᵀ (or x·W) for a frozen W [rows, columns] of which `codes` (uint8) and `scales` are the 4-bit blocks. */
export const matmul4Bit = (
  x: Tensor,
  codes: Tensor,
  scales: Tensor,
  attributes: OpAttributes['matmul4Bit'],
): Tensor => make('matmul4Bit', [x, codes, scales], attributes);

/** Root mean square normalisation over the last axis (Zhang and Sennrich, arXiv 1910.07467). */
export const rmsNorm = (x: Tensor, weight: Tensor, epsilon: number): Tensor =>
  make('rmsNorm', [x, weight], { epsilon });

/** Rotary position embedding (arXiv 2104.09864), halves rotated as in Hugging Face's Llama. `inverse` turns back. */
export function rope(x: Tensor, positions: Tensor, cos: Tensor, sin: Tensor, inverse = false): Tensor {
  return make('rope', [x, positions, cos, sin], { inverse });
}

/** Rows of `table` [V, d] at `ids` (int64, any shape). */
export const gather = (table: Tensor, ids: Tensor): Tensor => make('gather', [table, ids], {});
export const scatterAddRows = (ids: Tensor, updates: Tensor, rows: number): Tensor =>
  make('scatterAddRows', [ids, updates], { rows });
/** x[i, index[i]] of x [N, V] for int64 index [N, 1]. */
export const pick = (x: Tensor, index: Tensor): Tensor => make('pick', [x, index], {});
/** x [N, V] with value [N, 1] added at index [N, 1] of each row. */
export const addAt = (x: Tensor, index: Tensor, value: Tensor): Tensor =>
  make('addAt', [x, index, value], {});

/** The sum over `axes`; with `keepDims` they stay, with length 1. */
export function reduceSum(x: Tensor, axes: readonly number[], keepDims = false): Tensor {
  return make('reduceSum', [x], {
    axes: axes.map((axis) => (axis < 0 ? axis + x.shape.length : axis)),
    keepDims,
  });
}
/** The largest element of the last axis, kept as length 1. */
export const reduceMax = (x: Tensor): Tensor => make('reduceMax', [x], {});
export const reshape = (x: Tensor, shape: Shape): Tensor => make('reshape', [x], { shape });
export const expand = (x: Tensor, shape: Shape): Tensor => make('expand', [x], { shape });
export const transpose = (x: Tensor, permutation: readonly number[]): Tensor =>
  make('transpose', [x], { permutation });
export const concat = (inputs: readonly Tensor[], axis: number): Tensor => make('concat', inputs, { axis });
export const slice = (x: Tensor, axis: number, start: number, end: number): Tensor =>
  make('slice', [x], { axis, start, end });
/** Elements of a where condition holds, else of b. */
export const where = (condition: Tensor, a: Tensor, b: Tensor): Tensor =>
  make('where', [condition, a, b], {});
export const equal = (a: Tensor, b: Tensor): Tensor => make('equal', [a, b], {});
/** a < b. */
export const less = (a: Tensor, b: Tensor): Tensor => make('less', [a, b], {});
export const and = (a: Tensor, b: Tensor): Tensor => make('and', [a, b], {});
/** Inverted dropout with the bool mask `keep` of x's shape. */
export const dropout = (x: Tensor, keep: Tensor, rate: number): Tensor =>
  make('dropout', [x, keep], { rate });

/** x (of two axes or more), exactly, to be had only once `earlier` is there: it puts computations in an order. */
export const after = (x: Tensor, earlier: Tensor): Tensor => make('after', [x, earlier], {});

/**
 * `output` with a gradient written by hand: `rule` maps the gradient of the output to one gradient per tensor of
 * `inputs` (undefined for none). For expressions whose own derivative is cheaper than the chain of their parts.
 */
export function customGradient(
  output: Tensor,
  inputs: readonly Tensor[],
  rule: (upstream: Tensor) => (Tensor | undefined)[],
): Tensor {
  return make('custom', [output, ...inputs], { rule });
}
