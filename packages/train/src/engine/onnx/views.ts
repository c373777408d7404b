import { isNode, type Node, type OperationOf } from "../graph/index.js";
import { sizeOf } from "../tensor.js";

/** Consecutive entries of a variable. */
export interface View {
  readonly variable: Node<OperationOf<"variable">>;
  readonly offset: number;
}

/** Whether entries along this axis are in one piece: nothing but axes of length 1 comes before it. */
const outermost = (node: Node, axis: number): boolean => node.shape.slice(0, axis).every((length) => length === 1);

/** Where the entries of a node lie if it is a variable or a part of one: then it is read in place. */
export function viewOf(node: Node): View | undefined {
  if (isNode(node, "variable")) return { variable: node, offset: 0 };
  const [x] = node.inputs;
  if (x === undefined) return undefined;
  if (isNode(node, "reshape")) return viewOf(x);
  if (!isNode(node, "slice") || !outermost(x, node.operation.axis)) return undefined;
  const inner = viewOf(x);
  const { axis, from } = node.operation;
  return inner && { ...inner, offset: inner.offset + from * sizeOf(x.shape.slice(axis + 1)) };
}

/** A node, and where its entries begin among those of the whole. */
export interface Piece {
  readonly node: Node;
  readonly offset: number;
}

/** What a node is put together from, in memory: each piece can be written where it belongs, and nothing is copied. */
export function piecesOf(node: Node, offset = 0): Piece[] {
  if (isNode(node, "reshape") && viewOf(node) === undefined) return piecesOf(node.inputs[0] as Node, offset);
  if (!isNode(node, "concat") || !outermost(node, node.operation.axis)) return [{ node, offset }];
  let at = offset;
  return node.inputs.flatMap((part) => {
    const pieces = piecesOf(part, at);
    at += sizeOf(part.shape);
    return pieces;
  });
}
