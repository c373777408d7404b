import { ndArray, type OnnxGraph, type Value, writeOnnx } from "@fluxion/io";
import { inOrder, isNode, type Node } from "../graph/index.js";
import type { Shape } from "../tensor.js";
import { lowerNode } from "./lower-node.js";
import { type View, viewOf } from "./views.js";

/** An input of the model: where it is read from. */
export interface Feed extends View {
  readonly name: string;
  readonly shape: Shape;
}

/** A graph as an ONNX model. */
export interface Lowered {
  readonly model: Uint8Array<ArrayBuffer>;
  readonly feeds: readonly Feed[];
  /** Names of the results, in the order of the wanted nodes. */
  readonly results: readonly string[];
}

/** Writes the model that computes some nodes from the variables. Parts of variables become inputs of their own. */
export function lower(wanted: readonly Node[]): Lowered {
  const feeds: Feed[] = [];
  const results = wanted.map((_, i) => `result${i}`);
  const model = writeOnnx((graph) => {
    const values = valuesOf(graph, wanted, feeds);
    wanted.forEach((node, i) => {
      const result = graph.op("Identity", [values(node)], { as: [`result${i}`] });
      graph.output(result, "float32", node.shape);
    });
  });
  return { model, feeds, results };
}

/** The value of each node, made when it is asked for first. */
function valuesOf(graph: OnnxGraph, wanted: readonly Node[], feeds: Feed[]): (node: Node) => Value {
  const known = new Map<Node, Value>();
  const uses = useCounts(wanted);
  const value = (node: Node): Value => {
    const have = known.get(node);
    if (have !== undefined) return have;
    const made = leaf(graph, node, feeds) ?? lowerNode(graph, node, { value, usedOnce: (x) => uses.get(x) === 1 });
    known.set(node, made);
    return made;
  };
  return value;
}

/** How often each node is an argument or a result. */
export function useCounts(wanted: readonly Node[]): Map<Node, number> {
  const uses = new Map<Node, number>();
  for (const node of [...wanted, ...inOrder(wanted).flatMap(({ inputs }) => inputs)]) uses.set(node, (uses.get(node) ?? 0) + 1);
  return uses;
}

/** Constants, and what is read in place. */
function leaf(graph: OnnxGraph, node: Node, feeds: Feed[]): Value | undefined {
  if (isNode(node, "constant"))
    return graph.constant(ndArray("float32", [...node.shape], Float32Array.from(node.operation.values)));
  const view = viewOf(node);
  if (view === undefined) return undefined;
  const name = `feed${feeds.length}`;
  feeds.push({ ...view, name, shape: node.shape });
  return graph.input(name, "float32", node.shape);
}
