import { emitTail, planTail, selectTail, type TailModule, type TailPlan } from "../fuse/index.js";
import { type Graph, type Node, splitRows } from "../graph/index.js";
import { sizeOf } from "../tensor.js";
import { type Lowered, lower } from "./lower.js";
import { piecesOf, viewOf } from "./views.js";

/** Where a result of the model goes: the new value of a state, an output, an array or a number of the tail. */
export interface Target {
  readonly kind: "next" | "output" | "array" | "number";
  /** Of the state or output; else the index among the arrays or numbers of the tail. */
  readonly name: string;
  /** In entries, from the beginning of the place. */
  readonly offset: number;
  readonly shape: readonly number[];
}

/** A program in its two parts: a model for ONNX Runtime, and a tail in WebAssembly. Either may be missing. */
export interface Plan {
  readonly lowered: Lowered | undefined;
  /** How often the model runs, on as many parts of the batch: its results are then totals. */
  readonly runs: number;
  /** Names of the variables that are read by rows. */
  readonly byRow: ReadonlySet<string>;
  /** One for each result of the model. */
  readonly targets: readonly Target[];
  readonly tail: { readonly plan: TailPlan; readonly module: TailModule } | undefined;
  /** How many numbers each output has. */
  readonly outputs: ReadonlyMap<string, number>;
  /** States that get a new value. */
  readonly next: readonly string[];
}

/** Divides a graph between the two. */
export function planOf(graph: Graph): Plan {
  const nodes = selectTail(graph);
  const tail = nodes.size > 0 ? planTail(graph, nodes) : undefined;
  const wanted: { node: Node; target: Target }[] = [];
  const want = (kind: Target["kind"], name: string, root: Node): void => {
    for (const { node, offset } of piecesOf(root)) wanted.push({ node, target: { kind, name, offset, shape: node.shape } });
  };
  for (const [name, node] of graph.next) if (!nodes.has(node)) want("next", name, node);
  for (const [name, node] of graph.outputs) if (!nodes.has(node)) want("output", name, node);
  for (const [kind, list] of [
    ["array", tail?.arrays ?? []],
    ["number", tail?.numbers ?? []],
  ] as const) {
    for (const [i, node] of list.entries()) if (viewOf(node) === undefined) want(kind, `${i}`, node);
  }
  const roots = wanted.map(({ node }) => node);
  const split = wanted.length > 0 ? splitRows(roots) : undefined;
  return {
    lowered: wanted.length > 0 ? lower(split?.wanted ?? roots) : undefined,
    runs: split?.runs ?? 1,
    byRow: split?.byRow ?? new Set(),
    targets: wanted.map(({ target }) => target),
    tail: tail && { plan: tail, module: emitTail(tail) },
    outputs: new Map([...graph.outputs].map(([name, { shape }]) => [name, sizeOf(shape)])),
    next: [...graph.next.keys()],
  };
}
