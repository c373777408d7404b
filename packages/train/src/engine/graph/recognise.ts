import type { Builder } from "./builder.js";
import { SELU_ALPHA, SELU_SCALE } from "./elementwise-rules.js";
import { isNode, type Node, type Operation, type OperationName, scalarOf } from "./node.js";

/** Beyond this an exponent in 1/(1 + e^−x) may be cut off: the sigmoid is below 2·10⁻³⁵ there, and taken as what it is. */
const SIGMOID_LIMIT = 80;

/** Activations written out, as nodes of their own: runtimes have kernels for them, and their gradients are shorter. */
export function recognised(b: Builder, { op }: Operation, inputs: readonly Node[]): Node | undefined {
  if (op === "div") return siluOf(b, inputs as readonly [Node, Node]);
  return op === "mul" ? seluOf(b, inputs as readonly [Node, Node]) : undefined;
}

/** The argument of `name` in name(x, constant), with the constant. */
function withScalar(node: Node | undefined, name: OperationName): [x: Node, value: number] | undefined {
  if (node === undefined || !isNode(node, name)) return undefined;
  const [x, y] = node.inputs as [Node, Node];
  const value = scalarOf(y);
  return value === undefined ? undefined : [x, value];
}

const argumentOf = (node: Node | undefined, name: OperationName): Node | undefined =>
  node && isNode(node, name) ? node.inputs[0] : undefined;

/** a/(1 + e^−x). */
function siluOf(b: Builder, [a, denominator]: readonly [Node, Node]): Node | undefined {
  const [power, one] = withScalar(denominator, "add") ?? [];
  const exponent = argumentOf(power, "exp");
  const [cut, limit = Infinity] = withScalar(exponent, "minimum") ?? [exponent];
  const [x, sign] = withScalar(cut, "mul") ?? [];
  if (one !== 1 || sign !== -1 || x === undefined || limit < SIGMOID_LIMIT) return undefined;
  const s = b.sigmoid(x);
  return a === x ? b.node({ op: "silu" }, [x, s]) : b.mul(a, s);
}

/** λ·(max(x, 0) + α·(e^min(x, 0) − 1)). */
function seluOf(b: Builder, [sum, scale]: readonly [Node, Node]): Node | undefined {
  if (scalarOf(scale) !== SELU_SCALE || !isNode(sum, "add")) return undefined;
  const [above, zero] = withScalar(sum.inputs[0], "maximum") ?? [];
  const [shifted, alpha] = withScalar(sum.inputs[1], "mul") ?? [];
  const [power, one] = withScalar(shifted, "sub") ?? [];
  const [below, from] = withScalar(argumentOf(power, "exp"), "minimum") ?? [];
  const found = zero === 0 && alpha === SELU_ALPHA && one === 1 && from === 0 && below === above;
  return found && above !== undefined ? b.selu(above) : undefined;
}
