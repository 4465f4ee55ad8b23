/**
 * Writes ONNX models: the few protobuf messages of onnx.proto3 (ONNX IR version 10) that a graph of tensors needs.
 * Knows nothing of what the operators mean.
 */
import { ProtobufWriter } from './protobuf.ts';

export type OnnxElementType = 'float32' | 'int64' | 'bool' | 'uint8';
export type OnnxAttribute = number | readonly number[] | { float: number } | { text: string };

export type OnnxNode = {
  opType: string;
  /** Empty for the standard operators. */
  domain: string;
  inputs: readonly string[];
  outputs: readonly string[];
  /** Plain numbers are integers; floats are wrapped, since JavaScript cannot tell 1 from 1.0. */
  attributes: Readonly<Record<string, OnnxAttribute>>;
};

export type OnnxValue = { name: string; type: OnnxElementType; shape: readonly number[] };
export type OnnxInitializer = OnnxValue & { data: Uint8Array };

export type OnnxGraph = {
  nodes: readonly OnnxNode[];
  inputs: readonly OnnxValue[];
  outputs: readonly OnnxValue[];
  initializers: readonly OnnxInitializer[];
};

const elementTypeCodes: Record<OnnxElementType, number> = { float32: 1, uint8: 2, int64: 7, bool: 9 };
const attributeTypeCodes = { float: 1, int: 2, text: 3, ints: 7 } as const;
const irVersion = 10;
const opsets = { '': 23, 'com.microsoft': 1 };
/** The bytes of a model file. Initialisers lie inside it, so they must be small: a protobuf message may not pass 2 GB. */
export function encodeOnnxModel(graph: OnnxGraph): Uint8Array {
  const graphMessage = new ProtobufWriter().text(2, 'attune');
  for (const node of graph.nodes) graphMessage.message(1, encodeNode(node));
  for (const initializer of graph.initializers) graphMessage.message(5, encodeInitializer(initializer));
  for (const value of graph.inputs) graphMessage.message(11, encodeValue(value));
  for (const value of graph.outputs) graphMessage.message(12, encodeValue(value));
  const model = new ProtobufWriter().varint(1, irVersion).text(2, 'attune').message(7, graphMessage);
  for (const [domain, version] of Object.entries(opsets))
    model.message(8, new ProtobufWriter().text(1, domain).varint(2, version));
  return model.finish();
}

function encodeInitializer({ name, type, shape, data }: OnnxInitializer): ProtobufWriter {
  return new ProtobufWriter()
    .packedVarints(1, shape)
    .varint(2, elementTypeCodes[type])
    .text(8, name)
    .bytes(9, data);
}

function encodeNode({ opType, domain, inputs, outputs, attributes }: OnnxNode): ProtobufWriter {
  const node = new ProtobufWriter();
  for (const name of inputs) node.text(1, name);
  for (const name of outputs) node.text(2, name);
  node.text(4, opType);
  for (const [name, value] of Object.entries(attributes)) node.message(5, encodeAttribute(name, value));
  return node.text(7, domain);
}

function encodeAttribute(name: string, value: OnnxAttribute): ProtobufWriter {
  const attribute = new ProtobufWriter().text(1, name);
  if (typeof value === 'number') return attribute.varint(3, value).varint(20, attributeTypeCodes.int);
  if ('float' in value) return attribute.float(2, value.float).varint(20, attributeTypeCodes.float);
  if ('text' in value) return attribute.text(4, value.text).varint(20, attributeTypeCodes.text);
  return attribute.packedVarints(8, value).varint(20, attributeTypeCodes.ints);
}

function encodeValue({ name, type, shape }: OnnxValue): ProtobufWriter {
  const dimensions = new ProtobufWriter();
  for (const length of shape) dimensions.message(1, new ProtobufWriter().varint(1, length));
  const tensorType = new ProtobufWriter().varint(1, elementTypeCodes[type]).message(2, dimensions);
  return new ProtobufWriter().text(1, name).message(2, new ProtobufWriter().message(1, tensorType));
}
