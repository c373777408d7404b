import { type Attribute, ndArray, type OnnxGraph, type Value } from "@fluxion/io";
import {
  isNode,
  type Node,
  type OperationName,
  type OperationOf,
  SELU_ALPHA,
  SELU_SCALE,
  sameShape,
  scalarOf,
} from "../graph/index.js";
import type { Shape } from "../tensor.js";
import { lowerConv2d, lowerConv2dInput, lowerConv2dWeight } from "./lower-conv2d.js";

/** What the lowering of one node may ask for. */
export interface Lowering {
  value(node: Node): Value;
  /** Whether the node has one reader, which may then take its work over. */
  usedOnce(node: Node): boolean;
  /** The shape that a reshape or a broadcast asks for, where that is not the node's own: -1 or 1 for a free first axis. */
  shapeOf?(node: Node): Shape;
  /** Whether the operators are the standard ones only. @defaultValue false */
  readonly standard?: boolean;
}

/** Whole numbers as a constant: shapes, axes. */
export function int64(graph: OnnxGraph, values: readonly number[]): Value {
  return graph.constant(ndArray("int64", [values.length], BigInt64Array.from(values, BigInt)));
}

/** Elementwise primitives that are one operator of the same arguments. */
const OPERATORS: Partial<Readonly<Record<OperationName, string>>> = {
  add: "Add",
  sub: "Sub",
  mul: "Mul",
  div: "Div",
  minimum: "Min",
  maximum: "Max",
  silu: "Mul",
  exp: "Exp",
  sqrt: "Sqrt",
  sin: "Sin",
  cos: "Cos",
  tanh: "Tanh",
  erf: "Erf",
  sigmoid: "Sigmoid",
};

/** The operators of one node. @throws RangeError for a primitive that has none. */
export function lowerNode(graph: OnnxGraph, node: Node, lowering: Lowering): Value {
  const { operation } = node;
  const inputs = (): Value[] => node.inputs.map((input) => lowering.value(input));
  if (isNode(node, "add")) {
    const fused = affine(graph, node, lowering);
    if (fused !== undefined) return fused;
  }
  if (isNode(node, "matmul")) return product(graph, node, inputs(), lowering.standard);
  if (isNode(node, "maximum") && scalarOf(node.inputs[1] as Node) === 0) return graph.op("Relu", inputs().slice(0, 1));
  const name = OPERATORS[operation.op];
  if (name !== undefined) return graph.op(name, inputs());
  switch (operation.op) {
    case "selu":
      return graph.op("Selu", inputs(), { attributes: { alpha: { float: SELU_ALPHA }, gamma: { float: SELU_SCALE } } });
    case "whereLess": {
      const [a, b, x, y] = inputs();
      return graph.op("Where", [graph.op("Less", [a, b]), x, y]);
    }
    case "whereFinite":
      return whereFinite(graph, inputs());
    case "conv2d":
      return lowerConv2d(graph, operation, inputs());
    case "conv2dInput":
      return lowerConv2dInput(graph, node as Node<OperationOf<"conv2dInput">>, inputs());
    case "conv2dWeight":
      return lowerConv2dWeight(graph, node as Node<OperationOf<"conv2dWeight">>, inputs());
    default:
      return lowerLayout(graph, node, inputs(), lowering.shapeOf?.(node) ?? node.shape);
  }
}

/** Primitives that move, repeat or add up entries, and softmax. */
function lowerLayout(graph: OnnxGraph, { operation, shape }: Node, inputs: readonly Value[], wanted: Shape): Value {
  switch (operation.op) {
    case "softmax":
      return graph.op("Softmax", inputs, { attributes: { axis: { int: -1 } } });
    case "sum":
      return graph.op("ReduceSum", [...inputs, int64(graph, operation.axes)], { attributes: { keepdims: { int: 0 } } });
    case "reshape":
      return graph.op("Reshape", [...inputs, int64(graph, wanted)]);
    case "broadcast":
      return graph.op("Expand", [...inputs, int64(graph, wanted)]);
    case "transpose":
      return graph.op("Transpose", inputs, { attributes: { perm: { ints: operation.order } } });
    case "concat":
      return graph.op("Concat", inputs, { attributes: { axis: { int: operation.axis } } });
    case "slice": {
      const [from, to, axis] = [operation.from, operation.to, operation.axis].map((at) => int64(graph, [at]));
      return graph.op("Slice", [...inputs, from, to, axis]);
    }
    case "pad": {
      const zeros = shape.map(() => 0);
      const [before, after] = [operation.before, operation.after].map((n) => zeros.with(operation.axis, n));
      return graph.op("Pad", [...inputs, int64(graph, [...(before ?? []), ...(after ?? [])])]);
    }
    default:
      throw new RangeError(`Cannot lower the graph to ONNX: the primitive is "${operation.op}"; expected one with an operator`);
  }
}

/** x·y + b as one Gemm, where nothing else reads the product. */
function affine(graph: OnnxGraph, { inputs, shape }: Node, { value, usedOnce }: Lowering): Value | undefined {
  for (const [z, bias] of [inputs, [...inputs].reverse()] as [Node, Node][]) {
    const fits =
      isNode(z, "matmul") && usedOnce(z) && z.inputs.every((input) => input.shape.length === 2) && sameShape(z.shape, shape);
    if (fits && bias.shape.length <= 2) return product(graph, z, [...z.inputs, bias].map(value));
  }
  return undefined;
}

/** A product of matrices, with what is added to it, if anything; or of stacks of matrices. */
function product(graph: OnnxGraph, node: Node<OperationOf<"matmul">>, inputs: readonly Value[], standard = false): Value {
  const { transposeX, transposeY } = node.operation;
  const flags = (first: string, second: string): Record<string, Attribute> => ({
    ...(transposeX ? { [first]: { int: 1 } } : {}),
    ...(transposeY ? { [second]: { int: 1 } } : {}),
  });
  const flat = node.inputs.every((input) => input.shape.length === 2);
  if (flat) return graph.op("Gemm", inputs, { attributes: flags("transA", "transB") });
  if (!transposeX && !transposeY) return graph.op("MatMul", inputs);
  if (standard) {
    const turned = inputs.map((input, i) => {
      const order = node.inputs[i]?.shape.map((_, axis, { length: n }) => (axis < n - 2 ? axis : 2 * n - 3 - axis)) ?? [];
      return [transposeX, transposeY][i] ? graph.op("Transpose", [input], { attributes: { perm: { ints: order } } }) : input;
    });
    return graph.op("MatMul", turned);
  }
  return graph.op("FusedMatMul", inputs, { domain: "com.microsoft", attributes: flags("transA", "transB") });
}

/** s − s is NaN unless s is finite. */
function whereFinite(graph: OnnxGraph, [x, y, ...scalars]: readonly Value[]): Value {
  const wrong = scalars.map((s) => graph.op("IsNaN", [graph.op("Reshape", [graph.op("Sub", [s, s]), int64(graph, [])])]));
  const any = wrong.reduce((p, q) => graph.op("Or", [p, q]));
  return graph.op("Where", [any, y, x]);
}
