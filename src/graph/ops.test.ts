import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { attention } from '../model/attention.ts';
import type { AttentionShape } from '../model/attention.ts';
import { packedMasks } from '../model/packed-masks.ts';
import { logProbabilities } from '../model/log-probabilities.ts';
import { openSession } from '../runtime/session.ts';
import { emitProgram } from './emit.ts';
import { gradients } from './gradient.ts';
import * as ops from './ops.ts';
import type { ElementType, OpAttributes, Tensor, TensorData } from './tensor.ts';

/**
 * Every op's value and gradient against PyTorch (golden values made by scripts/golden/engine.py), and every gradient
 * against central differences of our own forward pass. All cases run as one program.
 */
type Values = { shape: number[]; data: number[] };
type GoldenCase = {
  name: string;
  op: string;
  attributes: Record<string, never>;
  inputs: (Values & { type: ElementType })[];
  output: Values;
  outputGradient: Values;
  inputGradients: (Values | null)[];
};
const { cases } = JSON.parse(
  readFileSync(new URL('../../test/golden/engine/ops.json', import.meta.url), 'utf8'),
) as { cases: GoldenCase[] };

type Rope = { headDim: number; theta: number; inverse: boolean };
type Attention = AttentionShape & { window?: number };
type LogProbabilities = { softCap?: number; rowsAtOnce: number };
type Build<A> = (inputs: Tensor[], attributes: A) => Tensor;
const builders: Record<string, Build<never>> = {
  ...Object.fromEntries(
    (['add', 'sub', 'mul', 'div', 'equal', 'and', 'gather', 'pick'] as const).map((name) => [
      name,
      (([a, b]) => ops[name](a!, b!)) satisfies Build<never>,
    ]),
  ),
  ...Object.fromEntries(
    (
      [
        'neg',
        'exp',
        'log',
        'sqrt',
        'sigmoid',
        'tanh',
        'silu',
        'geluTanh',
        'softmax',
        'logSoftmax',
        'reduceMax',
      ] as const
    ).map((name) => [name, (([x]) => ops[name](x!)) satisfies Build<never>]),
  ),
  matmul: ([a, b], attributes: OpAttributes['matmul']) => ops.matmul(a!, b!, attributes),
  matmul4Bit: ([x, codes, scales], attributes: OpAttributes['matmul4Bit']) =>
    ops.matmul4Bit(x!, codes!, scales!, attributes),
  rmsNorm: ([x, weight], { epsilon }: OpAttributes['rmsNorm']) => ops.rmsNorm(x!, weight!, epsilon),
  rope: ([x, positions], { headDim, theta, inverse }: Rope) => {
    const count = 4096;
    const angles = Float64Array.from({ length: (count * headDim) / 2 }, (_, i) => {
      const [position, pair] = [Math.floor(i / (headDim / 2)), i % (headDim / 2)];
      return position * theta ** ((-2 * pair) / headDim);
    });
    const table = (f: (x: number) => number): Tensor =>
      ops.constant(Float32Array.from(angles, f), [count, headDim / 2]);
    return ops.rope(x!, positions!, table(Math.cos), table(Math.sin), inverse);
  },
  scatterAddRows: ([ids, updates], { rows }: OpAttributes['scatterAddRows']) =>
    ops.scatterAddRows(ids!, updates!, rows),
  addAt: ([x, index, value]) => ops.addAt(x!, index!, value!),
  logProbabilities: ([hidden, table, targets], { softCap, rowsAtOnce }: LogProbabilities) =>
    logProbabilities(hidden!, { table: table!, softCap }, targets!, { training: true, rowsAtOnce }),
  attention: ([q, k, v, segments], shape: Attention) =>
    attention(
      q!,
      k!,
      v!,
      packedMasks({ segments: segments!, positions: segments! }, shape, 0, 2)(shape.window),
      shape,
    ),
  reduceSum: ([x], { axes, keepDims }: OpAttributes['reduceSum']) => ops.reduceSum(x!, axes, keepDims),
  expand: ([x], { shape }: OpAttributes['expand']) => ops.expand(x!, shape),
  reshape: ([x], { shape }: OpAttributes['reshape']) => ops.reshape(x!, shape),
  transpose: ([x], { permutation }: OpAttributes['transpose']) => ops.transpose(x!, permutation),
  concat: (inputs, { axis }: OpAttributes['concat']) => ops.concat(inputs, axis),
  slice: ([x], { axis, start, end }: OpAttributes['slice']) => ops.slice(x!, axis, start, end),
  where: ([condition, a, b]) => ops.where(condition!, a!, b!),
  after: ([x, earlier]) => ops.after(x!, earlier!),
  dropout: ([x, keep], { rate }: OpAttributes['dropout']) => ops.dropout(x!, keep!, rate),
};

function toData(type: ElementType, values: readonly number[]): TensorData {
  if (type === 'int64') return BigInt64Array.from(values, BigInt);
  return type === 'bool' || type === 'uint8' ? Uint8Array.from(values, Number) : Float32Array.from(values);
}

const feeds: Record<string, TensorData> = {};
const outputs: Record<string, Tensor> = {};
for (const [c, golden] of cases.entries()) {
  const inputs = golden.inputs.map(({ shape, type, data }, i) => {
    feeds[`${c}.${i}`] = toData(type, data);
    return ops.input(`${c}.${i}`, shape, type);
  });
  const output = builders[golden.op]!(inputs, golden.attributes as never);
  const upstream = ops.constant(Float32Array.from(golden.outputGradient.data), golden.outputGradient.shape);
  const loss = ops.reduceSum(
    ops.mul(output, upstream),
    output.shape.map((_, axis) => axis),
  );
  outputs[`${c}.output`] = output;
  outputs[`${c}.loss`] = loss;
  const wrt = inputs.flatMap((input, i) => (golden.inputGradients[i] ? [{ input, i }] : []));
  for (const [k, gradient] of gradients(
    loss,
    wrt.map(({ input }) => input),
  ).entries())
    outputs[`${c}.gradient${wrt[k]!.i}`] = gradient;
}

let session: Awaited<ReturnType<typeof openSession>>;
let results: Record<string, Float32Array>;
before(async () => {
  session = await openSession(emitProgram(outputs), 1);
  results = Object.fromEntries(
    Object.entries(await session.run(feeds)).map(([name, data]) => [name, data.slice()]),
  );
});
after(() => session.close());

function assertClose(
  actual: ArrayLike<number>,
  expected: readonly number[],
  tolerance: number,
  what: string,
): void {
  assert.equal(actual.length, expected.length, `${what}: number of elements`);
  const scale = Math.max(1e-2, ...expected.map(Math.abs));
  for (const [i, value] of expected.entries())
    assert.ok(
      Math.abs(actual[i]! - value) <= tolerance * scale,
      `${what}: element ${i} is ${actual[i]}, expected ${value}`,
    );
}

for (const [c, golden] of cases.entries())
  test(`${golden.name}: value and gradients equal PyTorch's`, () => {
    assert.deepEqual(outputs[`${c}.output`]!.shape, golden.output.shape);
    assertClose(results[`${c}.output`]!, golden.output.data, 2e-6, 'value');
    for (const [i, gradient] of golden.inputGradients.entries())
      if (gradient) assertClose(results[`${c}.gradient${i}`]!, gradient.data, 2e-5, `gradient of input ${i}`);
  });

test('every op of the table has a golden case', () => {
  const covered = new Set(cases.map(({ op }) => op));
  const leaves = ['input', 'constant', 'scalar', 'customGradient'];
  // Parts of masks and of losses with a corner, which have cases of their own; they have no gradient.
  const parts = ['equal', 'less', 'and'];
  const missing = Object.keys(ops).filter((name) => ![...covered, ...leaves, ...parts].includes(name));
  assert.deepEqual(missing, []);
});

test('gradients equal central differences', async () => {
  // Largest element of each input moves at once in all cases; cases are independent, so one run serves them all.
  const step = 4e-3;
  for (const position of [0, 1]) {
    for (const slot of [0, 1, 2]) {
      const moved: { c: number; analytic: number }[] = [];
      const nudged = (sign: number): Record<string, TensorData> => {
        const copy = { ...feeds };
        for (const [c, { inputs, inputGradients }] of cases.entries()) {
          if (!inputGradients[slot] || inputs[slot]!.data.length <= position) continue;
          const data = Float32Array.from(inputs[slot]!.data);
          data[position]! += sign * step;
          copy[`${c}.${slot}`] = data;
          if (sign > 0) moved.push({ c, analytic: results[`${c}.gradient${slot}`]![position]! });
        }
        return copy;
      };
      const up = Object.fromEntries(Object.entries(await session.run(nudged(1))).map(([k, v]) => [k, v[0]!]));
      const down = Object.fromEntries(
        Object.entries(await session.run(nudged(-1))).map(([k, v]) => [k, v[0]!]),
      );
      for (const { c, analytic } of moved) {
        // A maximum that is shared has no derivative to compare with.
        if (cases[c]!.op === 'reduceMax') continue;
        const numeric = (up[`${c}.loss`]! - down[`${c}.loss`]!) / (2 * step);
        const allowed = 2e-3 * Math.max(1, Math.abs(analytic), Math.abs(numeric));
        assert.ok(
          Math.abs(numeric - analytic) <= allowed,
          `${cases[c]!.name}: input ${slot}: gradient ${analytic}, difference quotient ${numeric}`,
        );
      }
    }
  }
});
