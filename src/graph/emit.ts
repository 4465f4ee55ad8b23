/** Writes a graph of tensors as one ONNX model: a table of emission rules, one per op. */
import { blockValues } from '../formats/four-bit.ts';
import { encodeOnnxModel } from '../formats/onnx.ts';
import type { OnnxAttribute, OnnxInitializer, OnnxNode, OnnxValue } from '../formats/onnx.ts';
import { planMemory } from './memory.ts';
import type { MemoryPlan } from './memory.ts';
import { sizeOf, topologicalOrder } from './tensor.ts';
import type { ElementType, Op, Shape, Tensor, TensorData } from './tensor.ts';

/** A computation ready to run: the bytes of an ONNX model, and what goes in and comes out by name. */
export type Program = {
  model: Uint8Array;
  constants: Constant[];
  inputs: OnnxValue[];
  outputs: OnnxValue[];
  memory: MemoryPlan;
};

/**
 * A fixed value that the session feeds at every run, from where it lies. As an initialiser ONNX Runtime would copy it,
 * and pack it once more for each product that reads it: a frozen model would be held up to four times.
 */
export type Constant = OnnxValue & { data: TensorData };

/** Constants up to this size are part of the model: the shapes and axes that ONNX Runtime wants to know beforehand. */
const maximumInlineBytes = 1024;

/** Emits the nodes of one op; the last node's output must be `output`. */
type EmitRule<O extends Op> = (
  emitter: Emitter,
  node: Tensor<O>,
  inputs: readonly string[],
  output: string,
) => void;

const microsoft = 'com.microsoft';

function plain(opType: string, attributes: Record<string, OnnxAttribute> = {}): EmitRule<Op> {
  return (emitter, _, inputs, output) => emitter.node(opType, inputs, output, attributes);
}

const emitRules: { [O in Exclude<Op, 'input' | 'constant' | 'custom'>]: EmitRule<O> } = {
  add: plain('Add'),
  sub: plain('Sub'),
  mul: plain('Mul'),
  div: plain('Div'),
  neg: plain('Neg'),
  exp: plain('Exp'),
  log: plain('Log'),
  sqrt: plain('Sqrt'),
  sigmoid: plain('Sigmoid'),
  tanh: plain('Tanh'),
  // x · sigmoid(1 · x) in one pass, of which no sigmoid is left to be kept for the backward pass.
  silu: (emitter, _, inputs, output) =>
    emitter.node('QuickGelu', inputs, output, { alpha: { float: 1 } }, microsoft),
  geluTanh: plain('Gelu', { approximate: { text: 'tanh' } }),
  softmax: plain('Softmax', { axis: -1 }),
  logSoftmax: plain('LogSoftmax', { axis: -1 }),
  matmul: (emitter, { attributes: { transA, transB, alpha } }, inputs, output) => {
    if (!transA && !transB && alpha === 1) emitter.node('MatMul', inputs, output);
    else {
      const attributes = { transA: Number(transA), transB: Number(transB), alpha: { float: alpha } };
      emitter.node('FusedMatMul', inputs, output, attributes, microsoft);
    }
  },
  matmul4Bit: (emitter, { attributes: { type, rows, columns, transposed } }, [x, codes, scales], output) => {
    const product = (a: string, N: number, K: number, name?: string): string =>
      emitter.node(
        'MatMulBnb4',
        [a, codes!, scales!],
        name,
        { N, K, block_size: blockValues, quant_type: type === 'nf4' ? 1 : 0 },
        microsoft,
      );
    if (!transposed) product(x!, rows, columns, output);
    else {
      // The CPU kernel ignores transB = 0 (ONNX Runtime 1.30) and reads W as if it were transposed. W itself is the
      // product of a single 1 and W as one column; blocks know no rows, so they are the same.
      const column = product(emitter.oneAfter(x!), rows * columns, 1);
      const matrix = emitter.node('Reshape', [column, emitter.integers([rows, columns])]);
      emitter.node('MatMul', [x!, matrix], output);
    }
  },
  rmsNorm: (emitter, { attributes: { epsilon } }, inputs, output) =>
    emitter.node('RMSNormalization', inputs, output, { axis: -1, epsilon: { float: epsilon } }),
  rope: (emitter, { attributes: { inverse } }, [x, positions, cos, sin], output) => {
    const turned = inverse ? emitter.node('Neg', [sin!]) : sin!;
    emitter.node('RotaryEmbedding', [x!, positions!, cos!, turned], output, {}, microsoft);
  },
  gather: plain('Gather', { axis: 0 }),
  scatterAddRows: (emitter, { shape, inputs: [ids] }, [idsName, updates], output) => {
    const [rows, width] = [sizeOf(ids!.shape), shape[1]!];
    const column = emitter.node('Reshape', [idsName!, emitter.integers([rows, 1])]);
    const index = emitter.node('Expand', [column, emitter.integers([rows, width])]);
    const flat = emitter.node('Reshape', [updates!, emitter.integers([rows, width])]);
    const zeros = emitter.node('Expand', [emitter.float(0), emitter.integers(shape)]);
    emitter.node('ScatterElements', [zeros, index, flat], output, { axis: 0, reduction: { text: 'add' } });
  },
  pick: plain('GatherElements', { axis: 1 }),
  addAt: (emitter, { inputs: [, index] }, [x, indexName, value], output) => {
    const column = emitter.node('Reshape', [value!, emitter.integers(index!.shape)]);
    emitter.node('ScatterElements', [x!, indexName!, column], output, {
      axis: 1,
      reduction: { text: 'add' },
    });
  },
  reduceSum: (emitter, { attributes: { axes, keepDims } }, [x], output) =>
    emitter.node('ReduceSum', [x!, emitter.integers(axes)], output, { keepdims: Number(keepDims) }),
  reduceMax: (emitter, _, [x], output) =>
    emitter.node('ReduceMax', [x!, emitter.integers([-1])], output, { keepdims: 1 }),
  reshape: (emitter, { attributes: { shape } }, [x], output) =>
    emitter.node('Reshape', [x!, emitter.integers(shape)], output),
  expand: (emitter, { shape }, [x], output) => emitter.node('Expand', [x!, emitter.integers(shape)], output),
  transpose: (emitter, { attributes: { permutation } }, inputs, output) =>
    emitter.node('Transpose', inputs, output, { perm: permutation }),
  concat: (emitter, { attributes: { axis } }, inputs, output) =>
    emitter.node('Concat', inputs, output, { axis }),
  slice: (emitter, { attributes: { axis, start, end } }, [x], output) =>
    emitter.node('Slice', [x!, ...[start, end, axis].map((value) => emitter.integers([value]))], output),
  where: plain('Where'),
  equal: plain('Equal'),
  less: plain('Less'),
  and: plain('And'),
  dropout: (emitter, { attributes: { rate } }, [x, keep], output) => {
    const kept = emitter.node('Where', [keep!, x!, emitter.float(0)]);
    emitter.node('Mul', [kept, emitter.float(1 / (1 - rate))], output);
  },
  after: (emitter, _, [x, earlier], output) => emitter.node('Mul', [x!, emitter.oneAfter(earlier!)], output),
};

/** Emits everything that `outputs` depend on, under the names given. */
export function emitProgram(outputs: Readonly<Record<string, Tensor>>): Program {
  const emitter = new Emitter();
  const order = topologicalOrder(Object.values(outputs));
  for (const node of order) emitter.tensor(node);
  const outputValues = Object.entries(outputs).map(([name, tensor]) => {
    emitter.node('Identity', [emitter.nameOf(tensor)], name);
    return { name, type: tensor.type, shape: tensor.shape };
  });
  const { constants, inputs } = emitter;
  const model = emitter.finish(outputValues);
  return { model, constants, inputs, outputs: outputValues, memory: planMemory(Object.values(outputs)) };
}

class Emitter {
  readonly inputs: OnnxValue[] = [];
  readonly constants: Constant[] = [];
  #nodes: OnnxNode[] = [];
  #initializers = new Map<string, OnnxInitializer>();
  #names = new Map<Tensor, string>();

  nameOf(tensor: Tensor): string {
    const name = this.#names.get(tensor);
    if (name === undefined) throw new Error(`${tensor.op} was not emitted`);
    return name;
  }

  tensor(node: Tensor): void {
    if (is(node, 'input')) {
      const { name } = node.attributes;
      this.#names.set(node, name);
      // A part that is computed again asks for the same input once more.
      if (!this.inputs.some((known) => known.name === name))
        this.inputs.push({ name, type: node.type, shape: node.shape });
    } else if (is(node, 'constant')) {
      this.#names.set(node, this.#constant(node));
    } else if (is(node, 'custom')) {
      this.#names.set(node, this.nameOf(node.inputs[0]!));
    } else {
      const output = `${node.op}${this.#nodes.length}`;
      const rule = emitRules[node.op as keyof typeof emitRules] as EmitRule<Op>;
      rule(
        this,
        node,
        node.inputs.map((parent) => this.nameOf(parent)),
        output,
      );
      this.#names.set(node, output);
    }
  }

  /** Adds a node; without an output name it makes one up. Returns the output's name. */
  node(
    opType: string,
    inputs: readonly string[],
    output = `${opType}${this.#nodes.length}`,
    attributes: Record<string, OnnxAttribute> = {},
    domain = '',
  ): string {
    this.#nodes.push({ opType, domain, inputs, outputs: [output], attributes });
    return output;
  }

  /** The name of a 1-D int64 constant. */
  integers(values: readonly number[]): string {
    return this.#initializer(
      `integers_${values.join('_')}`,
      BigInt64Array.from(values, BigInt),
      [values.length],
      'int64',
    );
  }

  /** The name of a scalar float constant. */
  float(value: number): string {
    return this.#initializer(`float_${value}`, Float32Array.of(value), [], 'float32');
  }

  /**
   * The name of a [1, 1] float 1 that can only be had once `x` is there. What is computed from it and constants is made
   * when it is needed: not when the graph is loaded, nor all of it at the start of a run.
   */
  oneAfter(x: string): string {
    const element = this.node('Slice', [
      this.node('Reshape', [x, this.integers([-1, 1])]),
      ...[0, 1, 0].map((value) => this.integers([value])),
    ]);
    const one = this.node('Reshape', [this.float(1), this.integers([1, 1])]);
    return this.node('Where', [this.node('IsNaN', [element]), one, one]);
  }

  finish(outputs: readonly OnnxValue[]): Uint8Array {
    const inputs = [...this.inputs, ...this.constants];
    return encodeOnnxModel({
      nodes: this.#nodes,
      inputs,
      outputs,
      initializers: [...this.#initializers.values()],
    });
  }

  #constant({ attributes: { data, name = 'constant' }, shape, type }: Tensor<'constant'>): string {
    const count = this.#initializers.size + this.constants.length;
    if (data.byteLength <= maximumInlineBytes)
      return this.#initializer(`${name}.${count}`, data, shape, type);
    this.constants.push({ name: `${name}.${count}`, type, shape, data });
    return `${name}.${count}`;
  }

  #initializer(name: string, data: TensorData, shape: Shape, type: ElementType): string {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#initializers.set(name, { name, type, shape, data: bytes });
    return name;
  }
}

function is<O extends Op>(tensor: Tensor, op: O): tensor is Tensor<O> {
  return tensor.op === op;
}
