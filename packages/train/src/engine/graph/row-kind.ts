import { sizeOf } from "../tensor.js";
import { isNode, type Node } from "./node.js";

/**
 * How a node depends on the rows of a batch: `rows`, row b of it on row b of the inputs; `total`, a sum over rows; `fixed`, not at
 * all; `mixed`, otherwise.
 */
export type RowKind = "rows" | "total" | "fixed" | "mixed";

/** The kind of a node from the kinds of its arguments, for batches of B rows. */
export function rowKind(node: Node, kinds: readonly RowKind[], B: number): RowKind {
  if (isNode(node, "variable")) return node.operation.role === "input" && node.shape[0] === B ? "rows" : "fixed";
  if (kinds.every((kind) => kind === "fixed")) return "fixed";
  if (kinds.some((kind) => kind === "mixed" || kind === "total")) return "mixed";
  const [first] = kinds;
  const keeps = node.shape[0] === B ? "rows" : "mixed";
  switch (node.operation.op) {
    case "matmul":
      return productKind(node, kinds, B);
    case "conv2d":
    case "conv2dInput":
      return first === "rows" && kinds[1] === "fixed" ? "rows" : "mixed";
    case "conv2dWeight":
      return kinds.every((kind) => kind === "rows") ? "total" : "mixed";
    case "sum":
      return node.operation.axes.includes(0) ? "total" : "rows";
    case "softmax":
      return node.shape.length > 1 ? "rows" : "mixed";
    case "reshape":
      return keeps;
    case "broadcast":
      return node.inputs[0]?.shape.length === node.shape.length ? keeps : "mixed";
    case "transpose":
      return node.operation.order[0] === 0 ? "rows" : "mixed";
    case "slice":
    case "pad":
      return node.operation.axis !== 0 ? "rows" : "mixed";
    case "concat":
      return node.operation.axis !== 0 && kinds.every((kind) => kind === "rows") ? "rows" : "mixed";
    default:
      return elementwiseKind(node, kinds, B);
  }
}

/** Rows must meet rows of the same number, and what is fixed must be the same for all. */
function elementwiseKind({ inputs, shape }: Node, kinds: readonly RowKind[], B: number): RowKind {
  const fits = inputs.every((input, i) => {
    const spans = input.shape.length === shape.length && input.shape[0] === B;
    return kinds[i] === "rows" ? spans : !spans;
  });
  return fits && shape[0] === B ? "rows" : "mixed";
}

function productKind({ operation, inputs, shape }: Node, [x, y]: readonly RowKind[], B: number): RowKind {
  if (operation.op !== "matmul") return "mixed";
  const ranks = inputs.map((input) => input.shape.length);
  if (ranks.every((rank) => rank === 2)) {
    if (x === "rows" && y === "rows") return operation.transposeX && !operation.transposeY ? "total" : "mixed";
    return x === "rows" && !operation.transposeX ? "rows" : "mixed";
  }
  const stacked = inputs.every((input, i) =>
    [x, y][i] === "rows" ? ranks[i] === shape.length : sizeOf(input.shape.slice(0, -2)) === 1,
  );
  return stacked && shape[0] === B ? "rows" : "mixed";
}
