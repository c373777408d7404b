import { type Attribute, ndArray, type OnnxGraph, type Value } from "@fluxion/io";
import type { Node, OperationOf, Window } from "../graph/index.js";

const both = (value: number): Attribute => ({ ints: [value, value] });
const sides = (value: number): Attribute => ({ ints: [value, value, value, value] });
const lengths = ({ shape }: Node): [number, number] => [shape[2] ?? 0, shape[3] ?? 0];

/** Cross-correlation. */
export function lowerConv2d(graph: OnnxGraph, { stride, padding }: Window, inputs: readonly Value[]): Value {
  return graph.op("Conv", inputs, { attributes: { strides: both(stride), pads: sides(padding) } });
}

/** The gradient of a convolution in its images: a transposed convolution, and rows that no window reached. */
export function lowerConv2dInput(graph: OnnxGraph, node: Node<OperationOf<"conv2dInput">>, inputs: readonly Value[]): Value {
  const { stride, padding, size } = node.operation;
  const [g, w] = node.inputs as [Node, Node];
  const missing = lengths(g).map((length, i) => (size[i] ?? 0) - ((length - 1) * stride + (lengths(w)[i] ?? 0) - 2 * padding));
  const attributes = { strides: both(stride), pads: sides(padding), output_padding: { ints: missing } };
  return graph.op("ConvTranspose", inputs, { attributes });
}

/** The gradient of a convolution in its kernel: a convolution in which batch and channels change places. */
export function lowerConv2dWeight(graph: OnnxGraph, node: Node<OperationOf<"conv2dWeight">>, inputs: readonly Value[]): Value {
  const { stride, padding, size } = node.operation;
  const [x, g] = inputs.map((input) => graph.op("Transpose", [input], { attributes: { perm: { ints: [1, 0, 2, 3] } } }));
  const wide = graph.op("Conv", [x, g], { attributes: { dilations: both(stride), pads: sides(padding) } }); // [C, O, ≥ h, ≥ w]
  const exact = graph.op("Slice", [wide, int64(graph, [0, 0]), int64(graph, size), int64(graph, [2, 3])]);
  return graph.op("Transpose", [exact], { attributes: { perm: { ints: [1, 0, 2, 3] } } });
}

function int64(graph: OnnxGraph, values: readonly number[]): Value {
  return graph.constant(ndArray("int64", [values.length], BigInt64Array.from(values, BigInt)));
}
