import { type Shape, sizeOf } from "../tensor.js";
import type { Builder } from "./builder.js";
import type { BinaryName, Node, Operation, UnaryName } from "./node.js";
import { ruleOf } from "./primitives.js";
import { simplified } from "./simplify.js";

const BINARY = ["add", "sub", "mul", "div", "minimum", "maximum"] as const satisfies readonly BinaryName[];
const UNARY = ["exp", "sqrt", "sin", "cos", "tanh", "erf", "sigmoid", "selu"] as const satisfies readonly UnaryName[];

/** A builder of one graph. Nodes of two builders do not mix. */
export function graphBuilder(): Builder {
  const known = new Map<string, Node>();
  let count = 0;

  /** The one node of this operation and these arguments. */
  const intern = (operation: Operation, inputs: readonly Node[], shape: Shape): Node => {
    const key = keyOf(operation, inputs, shape);
    const have = known.get(key);
    if (have !== undefined) return have;
    const made: Node = { id: count++, operation, inputs, shape };
    known.set(key, made);
    return made;
  };

  const node: Builder["node"] = (operation, inputs) => {
    const shape = ruleOf(operation).shape(
      operation,
      inputs.map((input) => input.shape),
    );
    return simplified(builder, operation, { inputs, shape }) ?? intern(operation, inputs, shape);
  };

  const constant: Builder["constant"] = (values, shape) => {
    const all = Float64Array.from(values);
    if (all.length !== sizeOf(shape)) {
      throw new RangeError(
        `Cannot trace a constant: it has ${all.length} numbers; expected ${sizeOf(shape)} for [${shape.join(", ")}]`,
      );
    }
    return intern({ op: "constant", values: all }, [], shape);
  };

  const builder: Builder = {
    ...(Object.fromEntries(BINARY.map((op) => [op, (x: Node, y: Node) => node({ op }, [x, y])])) as Pick<Builder, BinaryName>),
    ...(Object.fromEntries(UNARY.map((op) => [op, (x: Node) => node({ op }, [x])])) as Pick<Builder, UnaryName>),
    node,
    constant,
    variable: (role, name, shape) => intern({ op: "variable", role, name }, [], shape),
    scalar: (value) => constant([value], []),
    alias: (x) => intern({ op: "alias", index: count }, [x], x.shape),
    negative: (x) => builder.mul(x, builder.scalar(-1)),
    whereLess: (a, b, [x, y]) => node({ op: "whereLess" }, [a, b, x, y]),
    whereFinite: (scalars, x, y) => node({ op: "whereFinite" }, [x, y, ...scalars]),
    matmul: (x, y, { transposeX = false, transposeY = false } = {}) => node({ op: "matmul", transposeX, transposeY }, [x, y]),
    conv2d: (x, w, { stride, padding }) => node({ op: "conv2d", stride, padding }, [x, w]),
    softmax: (x) => node({ op: "softmax" }, [x]),
    sum: (x, axes) => node({ op: "sum", axes: [...axes].sort((a, b) => a - b) }, [x]),
    reshape: (x, shape) => node({ op: "reshape", shape: [...shape] }, [x]),
    broadcast: (x, shape) => node({ op: "broadcast", shape: [...shape] }, [x]),
    transpose: (x, order) => node({ op: "transpose", order: [...order] }, [x]),
    concat: (parts, axis) => node({ op: "concat", axis }, parts),
    slice: (x, axis, [from, to]) => node({ op: "slice", axis, from, to }, [x]),
    pad: (x, axis, [before, after]) => node({ op: "pad", axis, before, after }, [x]),
  };
  return builder;
}

/** Equal for equal operations of equal arguments. Long constants are never compared. */
function keyOf(operation: Operation, inputs: readonly Node[], shape: Shape): string {
  const ids = inputs.map(({ id }) => id).join();
  if (operation.op !== "constant") return `${JSON.stringify(operation)} ${ids} ${shape.join()}`;
  return `constant ${[...operation.values].map((value) => (Object.is(value, -0) ? "-0" : value)).join()} ${shape.join()}`;
}
