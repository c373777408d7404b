import { sizeOf } from "../tensor.js";
import type { Builder } from "./builder.js";
import { isNode, type Node, type OperationOf } from "./node.js";
import { ruleOf } from "./primitives.js";
import { zeros } from "./shapes.js";

/** Nodes between `from` and the results, in the order of computation: those that depend on `from`. */
export function dependents(results: readonly Node[], from: Node): Node[] {
  const seen = new Map<Node, boolean>([[from, true]]);
  const visit = (node: Node): boolean => {
    const have = seen.get(node);
    if (have !== undefined) return have;
    const depends = node.id > from.id && node.inputs.map(visit).some(Boolean);
    seen.set(node, depends);
    return depends;
  };
  for (const result of results) visit(result);
  return [...seen].flatMap(([node, depends]) => (depends ? [node] : [])).sort((a, b) => a.id - b.id);
}

/** ∂f/∂x of a node with one entry, by walking the graph once from f to x. */
export function gradientOf(b: Builder, f: Node, x: Node): Node {
  if (sizeOf(f.shape) !== 1) {
    throw new RangeError(`Cannot differentiate: the function has shape [${f.shape.join(", ")}]; expected one number`);
  }
  const between = dependents([f], x);
  const depends = new Set(between);
  const parts = new Map<Node, Node[]>([[f, [b.reshape(b.scalar(1), f.shape)]]]);
  for (const node of between.reverse()) {
    const received = parts.get(node);
    if (node === x || received === undefined) continue;
    const cotangents = ruleOf(node.operation).vjp(b, node, total(b, received));
    node.inputs.forEach((input, i) => {
      const cotangent = cotangents[i];
      if (cotangent === undefined || !depends.has(input)) return;
      parts.set(input, [...(parts.get(input) ?? []), b.broadcast(cotangent, input.shape)]);
    });
  }
  const received = parts.get(x);
  return received === undefined ? zeros(b, x.shape) : total(b, received);
}

/** The sum of contributions. Slices that do not overlap are put side by side, so that no zeros are ever added. */
function total(b: Builder, parts: readonly Node[]): Node {
  const pads = parts.filter((part) => isNode(part, "pad")) as Node<OperationOf<"pad">>[];
  const rest = parts.filter((part) => !isNode(part, "pad"));
  const joined = pads.length > 1 ? (sideBySide(b, pads) ?? pads) : pads;
  return [...rest, ...joined].reduce((sum, part) => b.add(sum, part));
}

/** Pads of one axis as one concatenation, undefined when two overlap. */
function sideBySide(b: Builder, pads: readonly Node<OperationOf<"pad">>[]): Node[] | undefined {
  const sorted = [...pads].sort((p, q) => p.operation.before - q.operation.before);
  const { axis, before: first } = (sorted[0] as Node<OperationOf<"pad">>).operation;
  const last = (sorted.at(-1) as Node<OperationOf<"pad">>).operation;
  const pieces: Node[] = [];
  let at = first;
  for (const { operation, inputs, shape } of sorted) {
    const [x] = inputs as [Node];
    if (operation.axis !== axis || operation.before < at) return undefined;
    if (operation.before > at)
      pieces.push(
        zeros(
          b,
          x.shape.map((length, i) => (i === axis ? operation.before - at : length)),
        ),
      );
    pieces.push(x);
    at = (shape[axis] ?? 0) - operation.after;
  }
  const whole = b.concat(pieces, axis);
  return [first === 0 && last.after === 0 ? whole : b.pad(whole, axis, [first, last.after])];
}
