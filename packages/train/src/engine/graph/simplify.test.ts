import { describe, expect, it } from "vitest";
import { SELU_ALPHA, SELU_SCALE } from "./elementwise-rules.js";
import { graphBuilder } from "./graph-builder.js";
import { graphOps } from "./graph-ops.js";
import { isNode, type Node } from "./node.js";
import { broadcastShape, sameShape } from "./shapes.js";
import { inOrder, rewritten } from "./trace.js";

const nodesOf = (node: Node): string[] => inOrder([node]).map(({ operation: { op } }) => op);

describe("the builder of graphs", () => {
  it("makes equal nodes once, folds constants, and leaves out what changes nothing", () => {
    const b = graphBuilder();
    const x = b.variable("input", "x", [2, 3]);
    expect(b.exp(x)).toBe(b.exp(x));
    expect(b.add(x, b.scalar(0))).toBe(x);
    expect(b.mul(b.mul(x, b.scalar(2)), b.scalar(0.5))).toBe(x);
    expect(b.transpose(b.transpose(x, [1, 0]), [1, 0])).toBe(x);
    expect(b.reshape(b.reshape(x, [6]), [2, 3])).toBe(x);
    expect(b.add(b.scalar(2), b.scalar(3))).toBe(b.scalar(5));
    expect(b.slice(b.concat([x, b.exp(x)], 1), 1, [3, 6])).toBe(b.exp(x));
    expect(b.mul(x, b.broadcast(b.scalar(3), [2, 3]))).toBe(b.mul(x, b.scalar(3)));
    expect(b.matmul(b.transpose(x, [1, 0]), x)).toBe(b.matmul(x, x, { transposeX: true }));
  });

  it("finds SiLU and SELU in their formulas, and not in others", () => {
    const b = graphBuilder();
    const ops = graphOps(b);
    const x = b.variable("input", "x", [4]);
    const silu = (limit: number) => ops.div(x, ops.add(1, ops.exp(ops.minimum(ops.mul(x, -1), limit)))) as Node;
    const selu = (alpha: number) =>
      ops.mul(SELU_SCALE, ops.add(ops.maximum(x, 0), ops.mul(alpha, ops.sub(ops.exp(ops.minimum(x, 0)), 1)))) as Node;
    expect(isNode(silu(80), "silu")).toBe(true);
    expect(isNode(silu(2), "silu")).toBe(false);
    expect(isNode(selu(SELU_ALPHA), "selu")).toBe(true);
    expect(isNode(selu(1), "selu")).toBe(false);
  });

  it("puts gradients of parts side by side: no zeros are written and added", () => {
    const b = graphBuilder();
    const ops = graphOps(b);
    const theta = b.variable("state", "theta", [10]);
    const loss = (at: Node): Node => {
      const [p, q] = [ops.slice(at, 0, 4), ops.slice(at, 4, 10)];
      return ops.add(ops.sum(ops.mul(p, p)), ops.sum(ops.exp(q))) as Node;
    };
    const [, gradient] = ops.valueAndGradient((at) => loss(at as Node), theta);
    const { outputs } = rewritten({ next: new Map(), outputs: new Map([["g", gradient as Node]]) });
    expect(nodesOf(outputs.get("g") as Node).sort()).toEqual(["concat", "constant", "exp", "mul", "slice", "slice", "variable"]);
  });

  it("differentiates with respect to the argument only, not to what the function uses besides it", () => {
    const b = graphBuilder();
    const ops = graphOps(b);
    const x = b.variable("input", "x", [3]);
    const [, gradient] = ops.valueAndGradient((at) => ops.sum(ops.mul(at, x)), x);
    expect(rewritten({ next: new Map(), outputs: new Map([["g", gradient as Node]]) }).outputs.get("g")?.operation.op).toBe(
      "variable",
    );
  });

  it("names shapes that do not fit", () => {
    const b = graphBuilder();
    const [x, y] = [b.variable("input", "x", [2, 3]), b.variable("input", "y", [4])];
    expect(() => b.add(x, y)).toThrow("Cannot trace add: the shapes are [2, 3] and [4]; expected shapes that broadcast");
    expect(broadcastShape("add", [[2, 1], [3]])).toEqual([2, 3]);
    expect(sameShape([2, 1], [2])).toBe(false);
    expect(() => b.matmul(x, x)).toThrow("Cannot trace matmul: [2, 3] meets [2, 3] in lengths 3 and 2; expected equal ones");
    expect(() => b.reshape(x, [4])).toThrow("Cannot trace reshape: [2, 3] into [4]; expected as many entries");
    expect(() => b.slice(y, 0, [1, 5])).toThrow("entries [1, 5) of axis 0 of [4]");
  });
});
