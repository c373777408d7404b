import type { Computation } from "../engine.js";
import type { Named, Shape, Tensor } from "../tensor.js";
import type { Builder } from "./builder.js";
import { graphBuilder } from "./graph-builder.js";
import { graphOps } from "./graph-ops.js";
import { isNode, type Node } from "./node.js";

/** A traced computation: what its state becomes, and what it returns. */
export interface Graph {
  readonly next: ReadonlyMap<string, Node>;
  readonly outputs: ReadonlyMap<string, Node>;
}

/** Names of variables in a graph: a state and an input may have the same name. */
export const variableName = (role: "state" | "input", name: string): string => `${role} ${name}`;

/** Traces a computation, and makes its graph anew without what differentiation needed. */
export function trace<S extends string, I extends string, O extends string>(computation: Computation<S, I, O>): Graph {
  const b = graphBuilder();
  const variables = (role: "state" | "input", shapes: Readonly<Record<string, Shape>>): Named<string, Tensor> =>
    Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, b.variable(role, variableName(role, name), shape)]));
  const state = variables("state", computation.state) as Named<S, Tensor>;
  const inputs = variables("input", computation.inputs) as Named<I, Tensor>;
  const { next = {}, outputs } = computation.trace(graphOps(b), state, inputs);
  return rewritten({ next: named(next), outputs: named(outputs) });
}

function named(tensors: Readonly<Record<string, Tensor | undefined>>): Map<string, Node> {
  return new Map(Object.entries(tensors).flatMap(([name, tensor]) => (tensor ? [[name, tensor as Node]] : [])));
}

/** The same graph in a new builder, without aliases: nodes that differed by them become one, and unused ones are left behind. */
export function rewritten({ next, outputs }: Graph): Graph {
  const b = graphBuilder();
  const known = new Map<Node, Node>();
  const copy = (node: Node): Node => {
    const have = known.get(node);
    if (have !== undefined) return have;
    const made = copied(b, node, node.inputs.map(copy));
    known.set(node, made);
    return made;
  };
  const all = (nodes: ReadonlyMap<string, Node>): Map<string, Node> =>
    new Map([...nodes].map(([name, node]) => [name, copy(node)]));
  return { next: all(next), outputs: all(outputs) };
}

function copied(b: Builder, node: Node, inputs: readonly Node[]): Node {
  if (isNode(node, "alias")) return inputs[0] as Node;
  if (isNode(node, "constant")) return b.constant(node.operation.values, node.shape);
  if (isNode(node, "variable")) return b.variable(node.operation.role, node.operation.name, node.shape);
  return b.broadcast(b.node(node.operation, inputs), node.shape);
}

/** All nodes that the given ones need, arguments first. */
export function inOrder(nodes: Iterable<Node>): Node[] {
  const seen = new Set<Node>();
  const visit = (node: Node): void => {
    if (seen.has(node)) return;
    for (const input of node.inputs) visit(input);
    seen.add(node);
  };
  for (const node of nodes) visit(node);
  return [...seen];
}
