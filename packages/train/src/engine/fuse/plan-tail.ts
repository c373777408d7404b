import { type Graph, isNode, type Node, variableName } from "../graph/index.js";
import { isScalar } from "./select-tail.js";

/** An array that the tail writes. */
export interface Store {
  readonly kind: "next" | "output";
  readonly name: string;
  /** What is written. */
  readonly value: Node;
  /** The state is replaced only where these are all finite. */
  readonly guard: readonly Node[];
}

/** What the tail reads, computes and writes. */
export interface TailPlan {
  readonly nodes: ReadonlySet<Node>;
  /** Arrays and single numbers that it is given: variables, parts of them, and what was computed before it. */
  readonly arrays: readonly Node[];
  readonly numbers: readonly Node[];
  readonly stores: readonly Store[];
  /** Single numbers that are results: of outputs and new states, by their name. */
  readonly results: readonly Omit<Store, "guard">[];
  /** What is computed before: arguments of the tail that are neither constants nor of it. */
  readonly before: readonly Node[];
}

/** What the tail needs from its surroundings. */
export function planTail(graph: Graph, nodes: ReadonlySet<Node>): TailPlan {
  const roots = rootsOf(graph).filter(({ root }) => nodes.has(root));
  const stores: Store[] = [];
  const results: Omit<Store, "guard">[] = [];
  for (const { kind, name, root } of roots) {
    if (isScalar(root)) results.push({ kind, name, value: root });
    else stores.push({ kind, name, ...(kind === "next" ? guarded(name, root) : { value: root, guard: [] }) });
  }
  const arguments_ = new Set<Node>();
  const seen = new Set<Node>();
  const visit = (node: Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (nodes.has(node)) for (const input of node.inputs) visit(input);
    else if (!isNode(node, "constant") || !isScalar(node)) arguments_.add(node);
  };
  for (const { value } of results) visit(value);
  for (const { value, guard } of stores) for (const node of [value, ...guard]) visit(node);
  const before = [...arguments_];
  return { nodes, arrays: before.filter((node) => !isScalar(node)), numbers: before.filter(isScalar), stores, results, before };
}

/** A new state that is whereFinite(x, old) is x, written beside the old one, which stays if it must. */
function guarded(name: string, root: Node): Pick<Store, "value" | "guard"> {
  if (!isNode(root, "whereFinite")) return { value: root, guard: [] };
  const [value, old, ...guard] = root.inputs as [Node, Node, ...Node[]];
  const isOwn = isNode(old, "variable") && old.operation.name === variableName("state", name);
  return isOwn && !isScalar(value) ? { value, guard } : { value: root, guard: [] };
}

function rootsOf({ next, outputs }: Graph): { kind: "next" | "output"; name: string; root: Node }[] {
  return [
    ...[...next].map(([name, root]) => ({ kind: "next" as const, name, root })),
    ...[...outputs].map(([name, root]) => ({ kind: "output" as const, name, root })),
  ];
}
