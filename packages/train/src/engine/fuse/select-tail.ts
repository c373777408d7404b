import { type Graph, inOrder, isNode, type Node, type OperationName, sameShape } from "../graph/index.js";
import { type Shape, sizeOf } from "../tensor.js";

/** Elementwise primitives that the emitter knows. */
const FUSED: ReadonlySet<OperationName> = new Set([
  "add",
  "sub",
  "mul",
  "div",
  "minimum",
  "maximum",
  "sqrt",
  "whereLess",
  "whereFinite",
] as const);

/** Whether a node is one number. */
export const isScalar = ({ shape }: Node): boolean => sizeOf(shape) === 1;

/**
 * The end of a computation that works on each entry of the state alone: nodes that are elementwise over arrays of the
 * shape of the new state, or sums of such arrays, or arithmetic of single numbers, and that nothing else reads. Clipping,
 * AdamW and averages are of this kind. Empty when it would touch no array.
 */
export function selectTail({ next, outputs }: Graph): ReadonlySet<Node> {
  const nodes = inOrder([...next.values(), ...outputs.values()]);
  const shapes = [...next.values()].filter((node) => !isScalar(node)).map(({ shape }) => shape);
  const readers = new Map<Node, Node[]>();
  for (const node of nodes) for (const input of node.inputs) readers.set(input, [...(readers.get(input) ?? []), node]);
  const tail = new Set<Node>();
  for (const node of nodes.reverse()) {
    if (isFusible(node, shapes) && (readers.get(node) ?? []).every((reader) => tail.has(reader))) tail.add(node);
  }
  return [...tail].some((node) => !isScalar(node)) ? tail : new Set();
}

function isFusible(node: Node, shapes: readonly Shape[]): boolean {
  const isOne = (shape: Shape): boolean => shapes.some((other) => sameShape(shape, other));
  if (isNode(node, "sum")) return isScalar(node) && isOne((node.inputs[0] as Node).shape);
  if (isNode(node, "reshape")) return isScalar(node) && !isNode(node.inputs[0] as Node, "slice");
  if (!FUSED.has(node.operation.op)) return false;
  const flags = isNode(node, "whereFinite") ? node.inputs.slice(2) : [];
  if (!flags.every(isScalar)) return false;
  return (
    isScalar(node) || (isOne(node.shape) && node.inputs.every((input) => isScalar(input) || sameShape(input.shape, node.shape)))
  );
}
