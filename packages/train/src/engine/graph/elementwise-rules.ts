import type { Shape } from "../tensor.js";
import type { Builder, Rule, Rules } from "./builder.js";
import type { BinaryName, Node, OperationOf, UnaryName } from "./node.js";
import { broadcastShape, sumTo } from "./shapes.js";

/** Slope of SELU for x > 0; `SELU_ALPHA` times it is the slope at 0 from below [Klambauer2017]. */
export const SELU_SCALE: number = 1.0507009873554805;
export const SELU_ALPHA: number = 1.6732632423543772;

type Two = readonly (Node | undefined)[];
type Partials = (b: Builder, z: Node, x: Node, y: Node) => readonly [(g: Node) => Node, (g: Node) => Node];

/** A rule of two arguments from g ↦ g·∂z/∂x and g ↦ g·∂z/∂y. */
function binary<K extends BinaryName>(name: K, partials: Partials): Rule<OperationOf<K>> {
  const parts = (b: Builder, node: Node) => partials(b, node, ...(node.inputs as [Node, Node]));
  return {
    shape: (_, shapes) => broadcastShape(`trace ${name}`, shapes),
    vjp: (b, node, g) => parts(b, node).map((part, i) => sumTo(b, part(g), (node.inputs[i] as Node).shape)),
    jvp(b, node, tangents) {
      const terms = parts(b, node).flatMap((part, i) => (tangents[i] ? [part(tangents[i])] : []));
      return b.broadcast(
        terms.reduce((sum, term) => b.add(sum, term)),
        node.shape,
      );
    },
  };
}

/** A rule of one argument from g ↦ g·f′(x). */
function unary<K extends UnaryName>(_: K, times: (b: Builder, g: Node, at: { x: Node; y: Node }) => Node): Rule<OperationOf<K>> {
  const along = (b: Builder, node: Node, g: Node) => times(b, g, { x: node.inputs[0] as Node, y: node });
  return {
    shape: (_operation, [shape = []]) => shape,
    vjp: (b, node, g) => [along(b, node, g)],
    jvp: (b, node, [dx]) => dx && along(b, node, dx),
  };
}

/** d(x·s)/dx = s·(1 + x − x·s). */
function siluTimes(b: Builder, g: Node, y: Node): Node {
  const [x, s] = y.inputs as [Node, Node];
  return b.mul(g, b.mul(s, b.add(b.sub(x, y), b.scalar(1))));
}

const selects = { shape: (_: unknown, shapes: readonly Shape[]) => broadcastShape("trace a selection", shapes) };
const orZero = (b: Builder, x: Node | undefined): Node => x ?? b.scalar(0);

/** Primitives that act on each entry alone. At a tie, minimum and maximum pass the gradient to their second argument. */
export const elementwiseRules: Rules<BinaryName | UnaryName | "silu" | "whereLess" | "whereFinite"> = {
  add: binary("add", () => [(g) => g, (g) => g]),
  sub: binary("sub", (b) => [(g) => g, b.negative]),
  mul: binary("mul", (b, _, x, y) => [(g) => b.mul(g, y), (g) => b.mul(g, x)]),
  div: binary("div", (b, z, _, y) => [(g) => b.div(g, y), (g) => b.negative(b.div(b.mul(g, z), y))]),
  minimum: binary("minimum", (b, _, x, y) => [
    (g) => b.whereLess(x, y, [g, b.scalar(0)]),
    (g) => b.whereLess(x, y, [b.scalar(0), g]),
  ]),
  maximum: binary("maximum", (b, _, x, y) => [
    (g) => b.whereLess(y, x, [g, b.scalar(0)]),
    (g) => b.whereLess(y, x, [b.scalar(0), g]),
  ]),
  exp: unary("exp", (b, g, { y }) => b.mul(g, y)),
  sqrt: unary("sqrt", (b, g, { y }) => b.div(b.mul(g, b.scalar(0.5)), y)),
  sin: unary("sin", (b, g, { x }) => b.mul(g, b.cos(x))),
  cos: unary("cos", (b, g, { x }) => b.negative(b.mul(g, b.sin(x)))),
  tanh: unary("tanh", (b, g, { y }) => b.mul(g, b.sub(b.scalar(1), b.mul(y, y)))),
  erf: unary("erf", (b, g, { x }) => b.mul(g, b.mul(b.exp(b.negative(b.mul(x, x))), b.scalar(2 / Math.sqrt(Math.PI))))),
  sigmoid: unary("sigmoid", (b, g, { y }) => b.mul(g, b.mul(y, b.sub(b.scalar(1), y)))),
  selu: unary("selu", (b, g, { x, y }) => {
    const below = b.add(y, b.scalar(SELU_SCALE * SELU_ALPHA)); // λα·e^x
    return b.mul(g, b.whereLess(b.scalar(0), x, [b.scalar(SELU_SCALE), below]));
  }),
  silu: {
    shape: (_, [shape = []]) => shape,
    vjp: (b, node, g) => [siluTimes(b, g, node), undefined], // s is counted with x
    jvp: (b, node, [dx]) => dx && siluTimes(b, dx, node),
  },
  whereLess: {
    ...selects,
    vjp(b, node, g) {
      const [a, c, x, y] = node.inputs as [Node, Node, Node, Node];
      const [toX, toY] = [b.whereLess(a, c, [g, b.scalar(0)]), b.whereLess(a, c, [b.scalar(0), g])];
      return [undefined, undefined, sumTo(b, toX, x.shape), sumTo(b, toY, y.shape)];
    },
    jvp(b, node, [, , dx, dy]: Two) {
      const [a, c] = node.inputs as [Node, Node];
      return dx || dy ? b.broadcast(b.whereLess(a, c, [orZero(b, dx), orZero(b, dy)]), node.shape) : undefined;
    },
  },
  whereFinite: {
    shape: (_, [x = [], y = []]) => broadcastShape("trace whereFinite", [x, y]),
    vjp(b, node, g) {
      const [x, y, ...scalars] = node.inputs as [Node, Node, ...Node[]];
      const [toX, toY] = [b.whereFinite(scalars, g, b.scalar(0)), b.whereFinite(scalars, b.scalar(0), g)];
      return [sumTo(b, toX, x.shape), sumTo(b, toY, y.shape), ...scalars.map(() => undefined)];
    },
    jvp(b, node, [dx, dy]: Two) {
      const scalars = node.inputs.slice(2);
      return dx || dy ? b.broadcast(b.whereFinite(scalars, orZero(b, dx), orZero(b, dy)), node.shape) : undefined;
    },
  },
};
