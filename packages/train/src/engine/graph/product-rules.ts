import type { Shape } from "../tensor.js";
import type { Builder, Rule, Rules } from "./builder.js";
import type { Node, Window } from "./node.js";
import { broadcastShape, shown, sumTo } from "./shapes.js";

/** A function that is linear in each of two arguments, as primitives are differentiated forwards. */
function bilinear(again: (b: Builder, node: Node, inputs: readonly Node[]) => Node): Rule["jvp"] {
  return (b, node, [dx, dy]) => {
    const [x, y] = node.inputs as [Node, Node];
    const terms = [...(dx ? [again(b, node, [dx, y])] : []), ...(dy ? [again(b, node, [x, dy])] : [])];
    return terms.reduce((sum, term) => b.add(sum, term));
  };
}

const same = bilinear((b, node, inputs) => b.node(node.operation, inputs));

/** Rows and columns of a matrix argument after its transposition. */
function matrixOf(shape: Shape, transposed: boolean): [rows: number, columns: number] {
  if (shape.length < 2)
    throw new RangeError(`Cannot trace matmul: an argument has shape ${shown(shape)}; expected two axes or more`);
  const [rows = 0, columns = 0] = shape.slice(-2);
  return transposed ? [columns, rows] : [rows, columns];
}

/** The length of one axis of an image under a window. */
const outputLength = (length: number, size: number, { stride, padding }: Window): number =>
  Math.floor((length + 2 * padding - size) / stride) + 1;

/** [B, O, Ho, Wo] of a convolution. */
function conv2dShape(window: Window, x: Shape, w: Shape): Shape {
  const [B = 0, C = 0, H = 0, W = 0] = x;
  const [O = 0, ofC = 0, h = 0, width = 0] = w;
  const out = [outputLength(H, h, window), outputLength(W, width, window)];
  if (x.length !== 4 || w.length !== 4 || C !== ofC || !out.every((length) => length > 0)) {
    throw new RangeError(`Cannot trace conv2d: x is ${shown(x)} and w is ${shown(w)}; expected [B, C, H, W] and [O, C, h, w]`);
  }
  return [B, O, ...out];
}

const windowOf = ({ stride, padding }: Window): Window => ({ stride, padding });
const imageSize = ({ shape }: Node): [number, number] => [shape[2] ?? 0, shape[3] ?? 0];
const inputGradient = (b: Builder, window: Window, [g, w]: readonly [Node, Node], size: readonly [number, number]): Node =>
  b.node({ op: "conv2dInput", ...windowOf(window), size }, [g, w]);
const weightGradient = (b: Builder, window: Window, [x, g]: readonly [Node, Node], size: readonly [number, number]): Node =>
  b.node({ op: "conv2dWeight", ...windowOf(window), size }, [x, g]);

/** Primitives that contract: products, convolutions and their transposes, softmax. */
export const productRules: Rules<"matmul" | "conv2d" | "conv2dInput" | "conv2dWeight" | "softmax"> = {
  matmul: {
    shape({ transposeX, transposeY }, [x = [], y = []]) {
      const [[M, K], [ofK, N]] = [matrixOf(x, transposeX), matrixOf(y, transposeY)];
      if (K !== ofK) {
        throw new RangeError(
          `Cannot trace matmul: ${shown(x)} meets ${shown(y)} in lengths ${K} and ${ofK}; expected equal ones`,
        );
      }
      return [...broadcastShape("trace matmul", [x.slice(0, -2), y.slice(0, -2)]), M, N];
    },
    vjp(b, { inputs, operation: { transposeX: p, transposeY: q } }, g) {
      const [x, y] = inputs as [Node, Node];
      const toX = p ? b.matmul(y, g, { transposeX: q, transposeY: true }) : b.matmul(g, y, { transposeY: !q });
      const toY = q ? b.matmul(g, x, { transposeX: true, transposeY: p }) : b.matmul(x, g, { transposeX: !p });
      return [sumTo(b, toX, x.shape), sumTo(b, toY, y.shape)];
    },
    jvp: (b, node, tangents) => {
      const out = same(b, node, tangents);
      return out && b.broadcast(out, node.shape);
    },
  },
  conv2d: {
    shape: (operation, [x = [], w = []]) => conv2dShape(operation, x, w),
    vjp(b, { inputs, operation }, g) {
      const [x, w] = inputs as [Node, Node];
      return [inputGradient(b, operation, [g, w], imageSize(x)), weightGradient(b, operation, [x, g], imageSize(w))];
    },
    jvp: same,
  },
  conv2dInput: {
    shape: ({ size }, [g = [], w = []]) => [g[0] ?? 0, w[1] ?? 0, ...size],
    vjp(b, { inputs, operation }, x) {
      const [g, w] = inputs as [Node, Node];
      return [b.conv2d(x, w, windowOf(operation)), weightGradient(b, operation, [x, g], imageSize(w))];
    },
    jvp: same,
  },
  conv2dWeight: {
    shape: ({ size }, [x = [], g = []]) => [g[1] ?? 0, x[1] ?? 0, ...size],
    vjp(b, { inputs, operation }, w) {
      const [x, g] = inputs as [Node, Node];
      return [inputGradient(b, operation, [g, w], imageSize(x)), b.conv2d(x, w, windowOf(operation))];
    },
    jvp: same,
  },
  softmax: {
    shape(_, [shape = []]) {
      if (shape.length > 0) return shape;
      throw new RangeError("Cannot trace softmax: the argument is a scalar; expected one axis or more");
    },
    vjp: (b, node, g) => [softmaxTimes(b, node, g)],
    jvp: (b, node, [dx]) => dx && softmaxTimes(b, node, dx),
  },
};

/** The Jacobian diag(y) − yyᵀ of softmax, which is symmetric, times g: y·(g − Σ g·y). */
function softmaxTimes(b: Builder, y: Node, g: Node): Node {
  const last = y.shape.length - 1;
  const mean = b.reshape(b.sum(b.mul(g, y), [last]), [...y.shape.slice(0, -1), 1]);
  return b.mul(y, b.sub(g, mean));
}
