/** Reverse-mode differentiation: a table of gradient rules, one per op, and one walk over the graph. */
import {
  add,
  addAt,
  concat,
  constant,
  div,
  dropout,
  equal,
  exp,
  expand,
  gather,
  matmul,
  matmul4Bit,
  mul,
  neg,
  pick,
  reduceSum,
  reshape,
  rope,
  scalar,
  scatterAddRows,
  sigmoid,
  slice,
  sqrt,
  sub,
  tanh,
  transpose,
  where,
} from './ops.ts';
import { sameShape, sizeOf, topologicalOrder } from './tensor.ts';
import type { Op, Shape, Tensor } from './tensor.ts';

/** From a node y = op(inputs) and dL/dy to dL/dinput for each input; undefined where there is none (ids, masks). */
type GradientRule<O extends Op> = (
  upstream: Tensor,
  node: Tensor<O>,
  inputs: readonly Tensor[],
) => (Tensor | undefined)[];

const none: GradientRule<Op> = (_, node) => node.inputs.map(() => undefined);

const gradientRules: { [O in Op]: GradientRule<O> } = {
  input: none,
  constant: none,
  add: (dy, _, [a, b]) => [sumTo(dy, a!.shape), sumTo(dy, b!.shape)],
  sub: (dy, _, [a, b]) => [sumTo(dy, a!.shape), sumTo(neg(dy), b!.shape)],
  mul: (dy, _, [a, b]) => [sumTo(mul(dy, b!), a!.shape), sumTo(mul(dy, a!), b!.shape)],
  // d(a/b) = da/b - y·db/b
  div: (dy, y, [a, b]) => [sumTo(div(dy, b!), a!.shape), sumTo(neg(div(mul(dy, y), b!)), b!.shape)],
  neg: (dy) => [neg(dy)],
  exp: (dy, y) => [mul(dy, y)],
  log: (dy, _, [x]) => [div(dy, x!)],
  // d sqrt(x) = dx / (2·sqrt(x))
  sqrt: (dy, y) => [div(mul(dy, scalar(0.5)), y)],
  // σ' = σ·(1 - σ)
  sigmoid: (dy, y) => [mul(dy, mul(y, sub(scalar(1), y)))],
  // tanh' = 1 - tanh²
  tanh: (dy, y) => [mul(dy, sub(scalar(1), mul(y, y)))],
  // (x·σ)' = σ + y·(1 - σ)
  silu: (dy, y, [x]) => {
    const s = sigmoid(x!);
    return [mul(dy, add(s, mul(y, sub(scalar(1), s))))];
  },
  // With t = tanh(u), u = c·(x + a·x³): y' = ½·(1 + t) + ½·x·(1 - t²)·c·(1 + 3·a·x²)
  geluTanh: (dy, _, [x]) => {
    const [c, a] = [Math.sqrt(2 / Math.PI), 0.044715];
    const square = mul(x!, x!);
    const t = tanh(mul(x!, add(mul(square, scalar(c * a)), scalar(c))));
    const slope = mul(sub(scalar(1), mul(t, t)), add(mul(square, scalar(3 * c * a)), scalar(c)));
    return [mul(dy, mul(scalar(0.5), add(add(t, scalar(1)), mul(x!, slope))))];
  },
  // dx = y·(dy - Σ dy·y)
  softmax: (dy, y) => [mul(y, sub(dy, reduceSum(mul(dy, y), [-1], true)))],
  // dx = dy - exp(y)·Σ dy
  logSoftmax: (dy, y) => [sub(dy, mul(exp(y), reduceSum(dy, [-1], true)))],
  matmul: (dy, { attributes: { transA, transB, alpha } }, [a, b]) => {
    const da = transA
      ? matmul(b!, dy, { transA: transB, transB: true, alpha })
      : matmul(dy, b!, { transB: !transB, alpha });
    const db = transB
      ? matmul(dy, a!, { transA: true, transB: transA, alpha })
      : matmul(a!, dy, { transA: !transA, alpha });
    return [sumTo(da, a!.shape), sumTo(db, b!.shape)];
  },
  // To x alone: the codes are data.
  matmul4Bit: (dy, { attributes }, [, codes, scales]) => [
    matmul4Bit(dy, codes!, scales!, { ...attributes, transposed: !attributes.transposed }),
    undefined,
    undefined,
  ],
  // With r = 1/sqrt(mean(x²) + ε), so that y = x·r·w:  dx = r·w·dy - x·r²·mean(dy·y),  dw = Σ dy·x·r
  rmsNorm: (dy, y, [x, weight]) => {
    const width = scalar(1 / x!.shape.at(-1)!);
    const meanSquare = mul(reduceSum(mul(x!, x!), [-1], true), width);
    const r = div(scalar(1), sqrt(add(meanSquare, scalar(y.attributes.epsilon))));
    const projection = mul(reduceSum(mul(dy, y), [-1], true), width);
    const dx = sub(mul(mul(dy, weight!), r), mul(x!, mul(mul(r, r), projection)));
    return [dx, sumTo(mul(dy, mul(x!, r)), weight!.shape)];
  },
  // A rotation: its transpose is the rotation back.
  rope: (dy, { attributes: { inverse } }, [, positions, cos, sin]) => [
    rope(dy, positions!, cos!, sin!, !inverse),
    undefined,
    undefined,
    undefined,
  ],
  gather: (dy, _, [table, ids]) => [scatterAddRows(ids!, dy, table!.shape[0]!), undefined],
  scatterAddRows: (dy, _, [ids, updates]) => [undefined, reshape(gather(dy, ids!), updates!.shape)],
  pick: (dy, _, [x, index]) => [addAt(zeros(x!.shape), index!, dy), undefined],
  addAt: (dy, _, [, index, value]) => [dy, undefined, reshape(pick(dy, index!), value!.shape)],
  reduceSum: (dy, { attributes: { axes } }, [x]) => {
    const kept = x!.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
    return [expand(reshape(dy, kept), x!.shape)];
  },
  // shared evenly among equal maxima, as torch.amax does
  reduceMax: (dy, y, [x]) => {
    const isMaximum = where(equal(x!, y), scalar(1), scalar(0));
    return [div(mul(isMaximum, dy), reduceSum(isMaximum, [-1], true))];
  },
  reshape: (dy, _, [x]) => [reshape(dy, x!.shape)],
  expand: (dy, _, [x]) => [sumTo(dy, x!.shape)],
  transpose: (dy, { attributes: { permutation } }) => [
    transpose(
      dy,
      permutation.map((_, axis) => permutation.indexOf(axis)),
    ),
  ],
  concat: (dy, { attributes: { axis } }, inputs) => {
    let start = 0;
    return inputs.map(({ shape }) => slice(dy, axis, start, (start += shape[axis]!)));
  },
  slice: (dy, { attributes: { axis, start, end } }, [x]) => {
    const length = x!.shape[axis]!;
    const padding = (rows: number): Tensor[] =>
      rows === 0 ? [] : [zeros(x!.shape.map((size, i) => (i === axis ? rows : size)))];
    return [concat([...padding(start), dy, ...padding(length - end)], axis)];
  },
  where: (dy, _, [condition, a, b]) => [
    undefined,
    sumTo(where(condition!, dy, scalar(0)), a!.shape),
    sumTo(where(condition!, scalar(0), dy), b!.shape),
  ],
  equal: none,
  less: none,
  and: none,
  dropout: (dy, { attributes: { rate } }, [, keep]) => [dropout(dy, keep!, rate), undefined],
  after: (dy) => [dy, undefined],
  custom: (dy, { attributes: { rule } }) => [undefined, ...rule(dy)],
};

/** dLoss/dx for every x of `wrt` (same shapes). `loss` is a scalar. Throws when the loss does not depend on one of them. */
export function gradients(loss: Tensor, wrt: readonly Tensor[]): Tensor[] {
  return pullBack(loss, constant(Float32Array.of(1), []), wrt).map((gradient, i) => {
    if (!gradient) throw new Error(`the loss does not depend on ${JSON.stringify(wrt[i]!.attributes)}`);
    return gradient;
  });
}

/**
 * From dL/dy to dL/dx for every x of `wrt`, as if each could be chosen freely; undefined for one that y does not depend
 * on. Only what lies between y and `wrt` is differentiated, so a frozen layer below the lowest trainable tensor costs
 * nothing.
 */
export function pullBack(y: Tensor, dy: Tensor, wrt: readonly Tensor[]): (Tensor | undefined)[] {
  const order = topologicalOrder([y], wrt);
  const needed = new Set<Tensor>(wrt);
  for (const node of order) if (node.inputs.some((parent) => needed.has(parent))) needed.add(node);
  const total = new Map<Tensor, Tensor>([[y, dy]]);
  for (const node of order.reverse()) {
    const upstream = total.get(node);
    if (!upstream || !needed.has(node) || node.inputs.length === 0) continue;
    const rule = gradientRules[node.op] as GradientRule<Op>;
    const parts = rule(upstream, node, node.inputs);
    for (const [i, parent] of node.inputs.entries()) {
      const part = parts[i];
      if (!part || !needed.has(parent)) continue;
      const sum = total.get(parent);
      total.set(parent, sum ? add(sum, part) : part);
    }
  }
  return wrt.map((x) => total.get(x));
}

/** Undoes broadcasting: sums `x` down to `shape`. */
function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const extra = x.shape.length - shape.length;
  const axes = x.shape.flatMap((length, axis) =>
    axis < extra || (shape[axis - extra] === 1 && length !== 1) ? [axis] : [],
  );
  return reshape(reduceSum(x, axes, true), shape);
}

function zeros(shape: Shape): Tensor {
  return sizeOf(shape) === 1 ? constant(Float32Array.of(0), shape) : expand(scalar(0), shape);
}
