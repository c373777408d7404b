import type { Attribute } from "./attribute.js";
import type { Dimension, OnnxDtype, OnnxTensor } from "./element-type.js";
import { nodeMessage, type OnnxNode } from "./node.js";
import { tensorMessage } from "./tensor.js";
import { type ValueInfo, valueInfoMessage } from "./value-info.js";
import { bytesField, type Message, textField } from "./wire.js";

/** A value of a graph: an input, a constant, or what an operator gave. */
export interface Value {
  readonly name: string;
}

/** What an operator has beyond its inputs. */
export interface OpOptions {
  /** @defaultValue none */
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Whose operator it is, as "com.microsoft". @defaultValue "", the standard ones */
  readonly domain?: string;
  /** The names of the results, where they shall be read under them. @defaultValue names of the graph's own */
  readonly as?: readonly string[];
}

/** A graph under construction; every call adds to it, in the order in which it will run. */
export interface OnnxGraph {
  /** Declares an input. */
  input(name: string, dtype: OnnxDtype, shape: readonly Dimension[]): Value;
  /** Stores a tensor in the model. The elements are not copied before the model is written. */
  constant(tensor: OnnxTensor, name?: string): Value;
  /** The one result of an operator; `undefined` leaves out an optional input. */
  op(type: string, inputs: readonly (Value | undefined)[], options?: OpOptions): Value;
  /** The first `count` results of an operator. */
  ops(type: string, inputs: readonly (Value | undefined)[], count: number, options?: OpOptions): Value[];
  /** Declares an output. */
  output(value: Value, dtype: OnnxDtype, shape: readonly Dimension[]): void;
  /** A graph inside this one, for the branches of `If` and the bodies of `Loop`; it may use the values that exist now. */
  inner(build: (graph: OnnxGraph) => void): Attribute;
}

/** A finished graph, and the domains of its operators. */
export interface BuiltGraph {
  readonly message: Message;
  readonly domains: ReadonlySet<string>;
}

/** What a graph and the graphs inside it share. */
interface Shared {
  readonly names: Set<string>;
  readonly domains: Set<string>;
}

/**
 * Builds a graph.
 * @throws RangeError for a name that is taken or empty, a value of another graph, no output, or a wrong shape;
 * TypeError for an unknown dtype.
 */
export function buildGraph(name: string, build: (graph: OnnxGraph) => void): BuiltGraph {
  const shared = { names: new Set<string>(), domains: new Set<string>() };
  return { message: graphMessage(name, build, shared, new Set()), domains: shared.domains };
}

function graphMessage(name: string, build: (graph: OnnxGraph) => void, shared: Shared, outer: ReadonlySet<Value>): Message {
  const known = new Set(outer);
  const nodes: OnnxNode[] = [];
  const constants: Message[] = [];
  const inputs: ValueInfo[] = [];
  const outputs: ValueInfo[] = [];
  const value = (wanted: string | undefined, prefix: string): Value => {
    const made = { name: claim(shared.names, wanted, prefix) };
    known.add(made);
    return made;
  };
  const nameOf = (used: Value | undefined): string => {
    if (used === undefined) return "";
    if (known.has(used)) return used.name;
    throw new RangeError(`Cannot build an ONNX graph: "${used.name}" belongs to another graph; expected a value of "${name}"`);
  };
  const ops: OnnxGraph["ops"] = (type, from, count, { attributes = {}, domain = "", as = [] } = {}) => {
    const used = from.map(nameOf);
    const made = Array.from({ length: count }, (_, k) => value(as[k], type));
    shared.domains.add(domain);
    nodes.push({ type, domain, inputs: used, outputs: made.map((result) => result.name), attributes });
    return made;
  };
  build({
    input(wanted, dtype, shape) {
      const made = value(wanted, "input");
      inputs.push({ name: made.name, dtype, shape });
      return made;
    },
    constant(tensor, wanted) {
      const made = value(wanted, "constant");
      constants.push(tensorMessage(tensor, made.name));
      return made;
    },
    op: (type, from, options) => ops(type, from, 1, options)[0] as Value,
    ops,
    output(result, dtype, shape) {
      outputs.push({ name: nameOf(result), dtype, shape });
    },
    inner: (buildInner) => ({ graph: graphMessage(`${name}.inner`, buildInner, shared, known) }),
  });
  if (outputs.length === 0) throw new RangeError(`Cannot build an ONNX graph: "${name}" has no output; expected at least one`);
  return [
    ...nodes.flatMap((node) => bytesField(1, nodeMessage(node))),
    ...textField(2, name),
    ...constants.flatMap((constant) => bytesField(5, constant)),
    ...inputs.flatMap((info) => bytesField(11, valueInfoMessage(info))),
    ...outputs.flatMap((info) => bytesField(12, valueInfoMessage(info))),
  ];
}

/** A name that nothing has yet: the wanted one, or the prefix with a number. */
function claim(names: Set<string>, wanted: string | undefined, prefix: string): string {
  if (wanted === "" || (wanted !== undefined && names.has(wanted))) {
    throw new RangeError(
      `Cannot build an ONNX graph: the name "${wanted}" is ${wanted === "" ? "empty" : "taken"}; expected a new one`,
    );
  }
  let name = wanted ?? `${prefix}_${names.size}`;
  while (wanted === undefined && names.has(name)) name += "_";
  names.add(name);
  return name;
}
