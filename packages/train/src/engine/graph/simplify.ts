import { hostTensor } from "../host-tensor.js";
import { type Shape, sizeOf } from "../tensor.js";
import type { Builder } from "./builder.js";
import { evaluateOperation } from "./evaluate.js";
import { isNode, type Node, type Operation, scalarOf } from "./node.js";
import { recognised } from "./recognise.js";
import { broadcastShape, sameShape } from "./shapes.js";

interface Call {
  readonly inputs: readonly Node[];
  readonly shape: Shape;
}

/** A cheaper node of the same value, if one is known. Sums and products may round otherwise, by an ulp. */
export function simplified(b: Builder, operation: Operation, { inputs, shape }: Call): Node | undefined {
  switch (operation.op) {
    case "add":
    case "sub":
    case "mul":
    case "div":
    case "minimum":
    case "maximum":
    case "whereLess":
      return elementwise(b, operation, { inputs, shape });
    case "exp":
    case "sqrt":
    case "sin":
    case "cos":
    case "tanh":
      return folded(b, operation, { inputs, shape });
    case "matmul":
      return matmul(b, operation, inputs as readonly [Node, Node]);
    case "sum":
    case "reshape":
    case "broadcast":
    case "transpose":
    case "concat":
    case "slice":
      return layout(b, operation, { inputs, shape });
    default:
      return undefined;
  }
}

/** The value of an operation on constants of one entry. */
function folded(b: Builder, operation: Operation, { inputs, shape }: Call): Node | undefined {
  const values = inputs.map(scalarOf);
  if (!values.every((value) => value !== undefined)) return undefined;
  return b.constant(
    evaluateOperation(
      operation,
      values.map((value) => hostTensor([value], [])),
    ).data,
    shape,
  );
}

function elementwise(b: Builder, operation: Operation, call: Call): Node | undefined {
  const { inputs, shape } = call;
  const bare = inputs.map((input) => withoutBroadcast(input));
  if (bare.some((input, i) => input !== inputs[i])) {
    for (const list of [bare, ...inputs.map((_, i) => inputs.map((input, j) => (i === j ? (bare[i] as Node) : input)))]) {
      if (list.some((input, i) => input !== inputs[i]) && sameShape(resultShape(list), shape)) return b.node(operation, list);
    }
  }
  return folded(b, operation, call) ?? identity(b, operation, call) ?? recognised(b, operation, inputs);
}

const resultShape = (inputs: readonly Node[]): Shape =>
  broadcastShape(
    "simplify",
    inputs.map((input) => input.shape),
  );

const withoutBroadcast = (x: Node): Node => (isNode(x, "broadcast") ? (x.inputs[0] as Node) : x);

/** Neutral elements, and constant factors collected. */
function identity(b: Builder, { op }: Operation, { inputs, shape }: Call): Node | undefined {
  const [x, y] = inputs as [Node, Node];
  const [left, right] = [scalarOf(x), scalarOf(y)];
  if (op === "add" || op === "mul") {
    if (left !== undefined) return right === undefined ? b.node({ op }, [y, x]) : undefined;
    if (right === (op === "add" ? 0 : 1) && sameShape(x.shape, shape)) return x;
    if (op === "add" && x === y) return b.mul(x, b.scalar(2));
    if (op === "mul" && right !== undefined && isNode(x, "mul")) {
      const inner = scalarOf(x.inputs[1] as Node);
      if (inner !== undefined) return b.mul(x.inputs[0] as Node, b.reshape(b.scalar(inner * right), y.shape));
    }
  }
  if (op === "sub" && right === 0 && sameShape(x.shape, shape)) return x;
  if (op === "div" && right === 1 && sameShape(x.shape, shape)) return x;
  return undefined;
}

/** Transposes of the last two axes become part of the product. */
function matmul(b: Builder, operation: Operation, [x, y]: readonly [Node, Node]): Node | undefined {
  if (operation.op !== "matmul") return undefined;
  const [bareX, bareY] = [x, y].map(swapped);
  if (bareX === undefined && bareY === undefined) return undefined;
  return b.matmul(bareX ?? x, bareY ?? y, {
    transposeX: operation.transposeX !== (bareX !== undefined),
    transposeY: operation.transposeY !== (bareY !== undefined),
  });
}

/** The argument of a transposition of the last two axes. */
function swapped(x: Node): Node | undefined {
  if (!isNode(x, "transpose")) return undefined;
  const { order } = x.operation;
  const n = order.length;
  const isSwap = order.every((axis, i) => axis === (i < n - 2 ? i : i === n - 2 ? n - 1 : n - 2));
  return isSwap ? x.inputs[0] : undefined;
}

function layout(b: Builder, operation: Operation, { inputs, shape }: Call): Node | undefined {
  const [x] = inputs as [Node];
  switch (operation.op) {
    case "reshape":
      if (sameShape(x.shape, shape)) return x;
      if (isNode(x, "reshape")) return b.reshape(x.inputs[0] as Node, shape);
      return isNode(x, "constant") ? b.constant(x.operation.values, shape) : undefined;
    case "broadcast":
      if (sameShape(x.shape, shape)) return x;
      if (sizeOf(x.shape) === sizeOf(shape)) return b.reshape(x, shape);
      return isNode(x, "broadcast") ? b.broadcast(x.inputs[0] as Node, shape) : undefined;
    case "sum":
      if (operation.axes.every((axis) => x.shape[axis] === 1)) return b.reshape(x, shape);
      return undefined;
    case "transpose": {
      const { order } = operation;
      if (order.every((axis, i) => axis === i)) return x;
      return isNode(x, "transpose")
        ? b.transpose(
            x.inputs[0] as Node,
            order.map((axis) => (x.operation as { order: readonly number[] }).order[axis] ?? 0),
          )
        : undefined;
    }
    case "concat":
      return inputs.length === 1 ? x : undefined;
    case "slice":
      return slice(b, operation, { inputs, shape });
    default:
      return undefined;
  }
}

/** Slices of slices and of single parts of a concatenation. */
function slice(b: Builder, operation: Operation & { op: "slice" }, { inputs, shape }: Call): Node | undefined {
  const [x] = inputs as [Node];
  const { axis, from, to } = operation;
  if (sameShape(x.shape, shape)) return x;
  if (isNode(x, "slice") && x.operation.axis === axis) {
    return b.slice(x.inputs[0] as Node, axis, [x.operation.from + from, x.operation.from + to]);
  }
  if (!isNode(x, "concat") || x.operation.axis !== axis) return undefined;
  let start = 0;
  for (const part of x.inputs) {
    const end = start + (part.shape[axis] ?? 0);
    if (start <= from && to <= end) return b.slice(part, axis, [from - start, to - start]);
    start = end;
  }
  return undefined;
}
