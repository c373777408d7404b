import { type Shape, sizeOf } from "../tensor.js";
import type { Builder, Rules } from "./builder.js";
import type { Node, Operation } from "./node.js";
import { broadcastShape, requireAxis, sameShape, shown, sumTo, withAxis, zeros } from "./shapes.js";

/** Linear functions of one argument are their own derivative. */
const linear = (b: Builder, { operation }: Node<Operation>, [dx]: readonly (Node | undefined)[]): Node | undefined =>
  dx && b.node(operation, [dx]);

const inputOf = (node: Node): Node => node.inputs[0] as Node;
const leaf = { vjp: () => [], jvp: () => undefined };

type Name = "variable" | "constant" | "alias" | "sum" | "reshape" | "broadcast" | "transpose" | "concat" | "slice" | "pad";

/** Primitives that move, repeat or add up entries, and those without arguments. */
export const layoutRules: Rules<Name> = {
  variable: { ...leaf, shape: unknownShape },
  constant: { ...leaf, shape: unknownShape },
  alias: {
    shape: (_, [shape = []]) => shape,
    vjp: (_, __, g) => [g],
    jvp: (_, __, [dx]) => dx,
  },
  sum: {
    shape({ axes }, [shape = []]) {
      for (const axis of axes) requireAxis("trace sum", axis, shape);
      return shape.filter((_, axis) => !axes.includes(axis));
    },
    vjp(b, node, g) {
      const { shape } = inputOf(node);
      const kept = shape.map((length, axis) => (node.operation.axes.includes(axis) ? 1 : length));
      return [b.broadcast(b.reshape(g, kept), shape)];
    },
    jvp: linear,
  },
  reshape: {
    shape({ shape }, [from = []]) {
      if (sizeOf(shape) === sizeOf(from)) return shape;
      throw new RangeError(`Cannot trace reshape: ${shown(from)} into ${shown(shape)}; expected as many entries`);
    },
    vjp: (b, node, g) => [b.reshape(g, inputOf(node).shape)],
    jvp: linear,
  },
  broadcast: {
    shape({ shape }, [from = []]) {
      if (sameShape(broadcastShape("trace broadcastTo", [from, shape]), shape)) return shape;
      throw new RangeError(`Cannot trace broadcastTo: ${shown(from)} to ${shown(shape)}; expected axes of length 1 or the same`);
    },
    vjp: (b, node, g) => [sumTo(b, g, inputOf(node).shape)],
    jvp: linear,
  },
  transpose: {
    shape({ order }, [shape = []]) {
      if (order.length === shape.length && shape.every((_, axis) => order.includes(axis)))
        return order.map((axis) => shape[axis] ?? 0);
      throw new RangeError(
        `Cannot trace transpose: the order is ${shown(order)}; expected a permutation of the axes of ${shown(shape)}`,
      );
    },
    vjp(b, { operation: { order } }, g) {
      return [
        b.transpose(
          g,
          order.map((_, axis) => order.indexOf(axis)),
        ),
      ];
    },
    jvp: linear,
  },
  concat: {
    shape({ axis }, shapes) {
      const [first = []] = shapes;
      requireAxis("trace concat", axis, first);
      for (const shape of shapes) {
        if (sameShape(withAxis(first, axis, 0), withAxis(shape, axis, 0))) continue;
        throw new RangeError(
          `Cannot trace concat: ${shown(first)} and ${shown(shape)}; expected shapes that differ in axis ${axis} only`,
        );
      }
      return withAxis(
        first,
        axis,
        shapes.reduce((sum, shape) => sum + (shape[axis] ?? 0), 0),
      );
    },
    vjp(b, { inputs, operation: { axis } }, g) {
      let from = 0;
      return inputs.map(({ shape }) => {
        const to = from + (shape[axis] ?? 0);
        const part = b.slice(g, axis, [from, to]);
        from = to;
        return part;
      });
    },
    jvp(b, { inputs, operation: { axis } }, tangents) {
      return b.concat(
        inputs.map(({ shape }, i) => tangents[i] ?? zeros(b, shape)),
        axis,
      );
    },
  },
  slice: {
    shape({ axis, from, to }, [shape = []]) {
      requireAxis("trace slice", axis, shape);
      const length = shape[axis] ?? 0;
      if (Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from < to && to <= length)
        return withAxis(shape, axis, to - from);
      throw new RangeError(
        `Cannot trace slice: entries [${from}, ${to}) of axis ${axis} of ${shown(shape)}; expected some within it`,
      );
    },
    vjp(b, node, g) {
      const { axis, from, to } = node.operation;
      return [b.pad(g, axis, [from, (inputOf(node).shape[axis] ?? 0) - to])];
    },
    jvp: linear,
  },
  pad: {
    shape: ({ axis, before, after }, [shape = []]) => withAxis(shape, axis, before + (shape[axis] ?? 0) + after),
    vjp(b, node, g) {
      const { axis, before } = node.operation;
      return [b.slice(g, axis, [before, before + (inputOf(node).shape[axis] ?? 0)])];
    },
    jvp: linear,
  },
};

function unknownShape(): Shape {
  throw new TypeError("Cannot infer a shape: a leaf of the graph is made with its own");
}
