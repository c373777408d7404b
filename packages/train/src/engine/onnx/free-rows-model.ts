import { ndArray, type OnnxGraph, type Value, writeOnnx } from "@fluxion/io";
import type { Computation } from "../engine.js";
import { inOrder, isNode, type Node, type RowKind, rowKind, trace } from "../graph/index.js";
import type { Shape } from "../tensor.js";
import { useCounts } from "./lower.js";
import { lowerNode } from "./lower-node.js";
import { type View, viewOf } from "./views.js";

/** What a model of its own is made from: a computation whose inputs are rows of a batch, traced for `FREE_ROWS` of them. */
export interface FreeRowsModel {
  readonly computation: Computation<string, string, string>;
  /** Numbers of every state; parts that are read become initializers. */
  readonly state: Readonly<Record<string, Float32Array>>;
  /** The name of the initializer that begins at an entry of a state. */
  readonly nameOf: (state: string, offset: number) => string | undefined;
  /** Inputs [B] that are one number in every row, and no inputs of the model. */
  readonly constants?: Readonly<Record<string, number>>;
  /** Texts that the file carries. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Rows of the trace: a prime that no layer is likely to have as its width. */
export const FREE_ROWS = 10_007;

/** The name of the first axis. */
const ROWS = "B";

/**
 * The computation as an ONNX model that takes any number of rows, of standard operators only.
 * @throws RangeError where a result does not depend on the rows one by one.
 */
export function freeRowsModel(given: FreeRowsModel): Uint8Array<ArrayBuffer> {
  const { outputs } = trace(given.computation);
  const wanted = [...outputs.values()];
  const kinds = kindsOf(wanted, given.computation.name);
  return writeOnnx(
    (graph) => {
      const inputs = declareInputs(graph, given);
      const known = new Map<Node, Value>();
      const uses = useCounts(wanted);
      const lowering = {
        value: (node: Node): Value => {
          const have = known.get(node);
          if (have !== undefined) return have;
          const made = leaf(graph, node, { given, inputs }) ?? lowerNode(graph, node, lowering);
          known.set(node, made);
          return made;
        },
        usedOnce: (node: Node) => uses.get(node) === 1,
        shapeOf: (node: Node) => freeShape(node, kinds.get(node)),
        standard: true,
      };
      for (const [name, node] of outputs) {
        const result = graph.op("Identity", [lowering.value(node)], { as: [name] });
        graph.output(result, "float32", [ROWS, ...node.shape.slice(1)]);
      }
    },
    given.metadata === undefined ? {} : { metadata: given.metadata },
  );
}

/** How every node depends on the rows. */
function kindsOf(wanted: readonly Node[], name: string): Map<Node, RowKind> {
  const kinds = new Map<Node, RowKind>();
  for (const node of inOrder(wanted)) {
    const before = node.inputs.map((input) => kinds.get(input) ?? "mixed");
    const kind = rowKind(node, before, FREE_ROWS);
    if (kind === "mixed" || kind === "total" || (kind === "fixed" && node.shape[0] === FREE_ROWS)) {
      throw new RangeError(
        `Cannot export the ${name}: "${node.operation.op}" of shape [${node.shape.join(", ")}] mixes the rows of a batch or counts them; expected every row by itself`,
      );
    }
    kinds.set(node, kind);
  }
  return kinds;
}

/** An axis that a reshape infers, and that a broadcast leaves as it is. */
function freeShape({ operation, shape }: Node, kind: RowKind | undefined): Shape {
  return kind === "rows" ? [operation.op === "broadcast" ? 1 : -1, ...shape.slice(1)] : shape;
}

/** The inputs of the model by name; those that are constants repeat their number as often as there are rows. */
function declareInputs(graph: OnnxGraph, { computation, constants = {} }: FreeRowsModel): Map<string, Value> {
  const given = Object.entries(computation.inputs).filter(([name]) => !Object.hasOwn(constants, name));
  const made = new Map(given.map(([name, shape]) => [name, graph.input(name, "float32", [ROWS, ...shape.slice(1)])] as const));
  const [first] = made.values();
  if (first === undefined) throw new RangeError(`Cannot export the ${computation.name}: it has no input; expected rows`);
  const repeated = Object.entries(constants);
  if (repeated.length > 0) {
    const count = graph.op("Shape", [first], { attributes: { start: { int: 0 }, end: { int: 1 } } });
    for (const [name, number] of repeated) {
      const one = graph.constant(ndArray("float32", [1], Float32Array.of(number)), name);
      made.set(name, graph.op("Expand", [one, count]));
    }
  }
  return made;
}

/** Numbers and inputs. */
function leaf(
  graph: OnnxGraph,
  node: Node,
  { given, inputs }: { readonly given: FreeRowsModel; readonly inputs: ReadonlyMap<string, Value> },
): Value | undefined {
  if (isNode(node, "constant")) {
    return graph.constant(ndArray("float32", [...node.shape], Float32Array.from(node.operation.values)));
  }
  const view = viewOf(node);
  const name = view?.variable.operation.name.slice(view.variable.operation.role.length + 1) ?? "";
  if (view?.variable.operation.role === "state") return initializer(graph, node, { view, name, given });
  return isNode(node, "variable") ? inputs.get(name) : undefined;
}

function initializer(
  graph: OnnxGraph,
  { shape }: Node,
  { view, name, given }: { readonly view: View; readonly name: string; readonly given: FreeRowsModel },
): Value {
  const size = shape.reduce((product, length) => product * length, 1);
  const values = given.state[name]?.slice(view.offset, view.offset + size) ?? new Float32Array();
  return graph.constant(ndArray("float32", [...shape], values), given.nameOf(name, view.offset));
}
