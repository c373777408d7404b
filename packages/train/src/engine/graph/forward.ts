import type { Builder } from "./builder.js";
import type { Node } from "./node.js";
import { ruleOf } from "./primitives.js";
import { dependents } from "./reverse.js";
import { zeros } from "./shapes.js";

/** ∂f/∂x·dx, by walking the graph once from x to f. */
export function derivativeOf(b: Builder, f: Node, [x, dx]: readonly [x: Node, dx: Node]): Node {
  const tangents = new Map<Node, Node>([[x, dx]]);
  for (const node of dependents([f], x)) {
    if (node === x) continue;
    const given = node.inputs.map((input) => tangents.get(input));
    const tangent = given.some((d) => d !== undefined) ? ruleOf(node.operation).jvp(b, node, given) : undefined;
    if (tangent !== undefined) tangents.set(node, b.broadcast(tangent, node.shape));
  }
  return tangents.get(f) ?? zeros(b, f.shape);
}
