import type { Ops } from "../ops.js";
import type { Operand, Tensor } from "../tensor.js";
import type { Builder } from "./builder.js";
import { derivativeOf } from "./forward.js";
import type { Node } from "./node.js";
import { gradientOf } from "./reverse.js";

const nodeOf = (x: Tensor): Node => x as Node;

/** The vocabulary on nodes of a graph: every operation adds to it, and derivatives are more nodes. */
export function graphOps(b: Builder): Ops {
  const operand = (x: Operand): Node => (typeof x === "number" ? b.scalar(x) : nodeOf(x));
  return {
    constant: (values, shape) => b.constant(values, shape),
    add: (x, y) => b.add(operand(x), operand(y)),
    sub: (x, y) => b.sub(operand(x), operand(y)),
    mul: (x, y) => b.mul(operand(x), operand(y)),
    div: (x, y) => b.div(operand(x), operand(y)),
    minimum: (x, y) => b.minimum(operand(x), operand(y)),
    maximum: (x, y) => b.maximum(operand(x), operand(y)),
    exp: (x) => b.exp(nodeOf(x)),
    sqrt: (x) => b.sqrt(nodeOf(x)),
    sin: (x) => b.sin(nodeOf(x)),
    cos: (x) => b.cos(nodeOf(x)),
    tanh: (x) => b.tanh(nodeOf(x)),
    erf: (x) => b.erf(nodeOf(x)),
    whereFinite: (scalars, x, y) => b.whereFinite(scalars.map(nodeOf), nodeOf(x), nodeOf(y)),
    linear: (x, w) => b.matmul(nodeOf(x), nodeOf(w), { transposeY: true }),
    matmul: (x, y) => b.matmul(nodeOf(x), nodeOf(y)),
    conv2d: (x, w, window) => b.conv2d(nodeOf(x), nodeOf(w), window),
    softmax: (x) => b.softmax(nodeOf(x)),
    upsample: (x, factor) => {
      const [B = 0, C = 0, H = 0, W = 0] = x.shape;
      const squares = b.broadcast(b.reshape(nodeOf(x), [B, C, H, 1, W, 1]), [B, C, H, factor, W, factor]);
      return b.reshape(squares, [B, C, factor * H, factor * W]);
    },
    sum: (x, axis) => b.sum(nodeOf(x), axis === undefined ? [...x.shape.keys()] : [axis]),
    reshape: (x, shape) => b.reshape(nodeOf(x), shape),
    transpose: (x, order) => b.transpose(nodeOf(x), order),
    broadcastTo: (x, shape) => b.broadcast(nodeOf(x), shape),
    concat: (parts, axis) => b.concat(parts.map(nodeOf), axis),
    slice: (x, from, to, axis = 0) => b.slice(nodeOf(x), axis, [from, to]),
    valueAndGradient(f, x) {
      const at = b.alias(nodeOf(x)); // f may also use x from outside, which is held fixed
      const value = nodeOf(f(at));
      return [value, gradientOf(b, value, at)];
    },
    jvp(f, x, dx) {
      const at = b.alias(nodeOf(x));
      const value = nodeOf(f(at));
      return [value, derivativeOf(b, value, [at, nodeOf(dx)])];
    },
  };
}
