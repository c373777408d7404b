import { fork, normal, rngOf } from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { hostOps } from "./host-ops.js";
import { type HostTensor, hostTensor } from "./host-tensor.js";
import { jaxEngine } from "./jax-engine.js";
import type { ForwardOps } from "./ops.js";
import { type Shape, sizeOf, type Tensor } from "./tensor.js";

const engine = await jaxEngine();
const rng = rngOf(12);
const draws = (name: string, shape: Shape): Float32Array =>
  Float32Array.from(normal(fork(rng, name), new Float64Array(sizeOf(shape))));

type Program = (ops: ForwardOps, x: Tensor, y: Tensor) => Tensor;
const cases: Readonly<Record<string, readonly [x: Shape, y: Shape, f: Program]>> = {
  "add with broadcasting of both sides": [[3, 1, 4], [2, 1], (ops, x, y) => ops.add(x, y)],
  "sub from a number": [[3], [3], (ops, x, y) => ops.sub(2, ops.mul(x, y))],
  "div by a positive tensor": [[2, 3], [3], (ops, x, y) => ops.div(x, ops.add(1, ops.mul(y, y)))],
  "minimum and maximum": [[5], [5], (ops, x, y) => ops.minimum(ops.maximum(x, -0.5), y)],
  "exp, sin, cos, tanh, erf": [
    [2, 5],
    [2, 5],
    (ops, x, y) => ops.concat([ops.exp(x), ops.sin(y), ops.cos(x), ops.tanh(y), ops.erf(x)], 0),
  ],
  sqrt: [[4], [4], (ops, x, y) => ops.sqrt(ops.add(ops.mul(x, x), ops.mul(y, y)))],
  linear: [[4, 3], [5, 3], (ops, x, y) => ops.linear(x, y)],
  matmul: [[2, 3, 4, 5], [2, 3, 5, 2], (ops, x, y) => ops.matmul(x, y)],
  "conv2d, stride 1": [[2, 3, 5, 4], [4, 3, 3, 3], (ops, x, y) => ops.conv2d(x, y, { stride: 1, padding: 1 })],
  "conv2d, stride 2 of an odd side": [[1, 2, 7, 6], [3, 2, 3, 3], (ops, x, y) => ops.conv2d(x, y, { stride: 2, padding: 1 })],
  "conv2d of a small image by a large kernel": [
    [1, 1, 2, 1],
    [1, 1, 5, 5],
    (ops, x, y) => ops.conv2d(x, y, { stride: 1, padding: 2 }),
  ],
  softmax: [[2, 3, 4], [4], (ops, x, y) => ops.softmax(ops.mul(ops.add(x, y), 5))],
  upsample: [[2, 3, 2, 4], [1], (ops, x, y) => ops.mul(ops.upsample(x, 3), y)],
  "sum of all, of the first, of the last and of a middle axis": [
    [2, 3, 4],
    [2, 4],
    (ops, x, y) =>
      ops.concat([ops.mul(y, ops.sum(x, 1)), ops.add(ops.sum(x), ops.broadcastTo(ops.sum(ops.sum(x, 0), 0), [1, 4]))], 0),
  ],
  transpose: [[2, 3, 4], [4, 2, 1], (ops, x, y) => ops.mul(ops.transpose(x, [2, 0, 1]), y)],
  "reshape and broadcastTo": [[2, 3], [1, 2], (ops, x, y) => ops.mul(ops.reshape(x, [3, 2]), ops.broadcastTo(y, [4, 3, 2]))],
  "concat and slice of a later axis": [
    [2, 3, 2],
    [2, 1, 2],
    (ops, x, y) => ops.slice(ops.concat([x, y, ops.slice(x, 1, 3, 1)], 1), 2, 6, 1),
  ],
};

describe("hostOps", () => {
  for (const [name, [xShape, yShape, f]] of Object.entries(cases)) {
    it(`${name}: the shape and, up to float32, the numbers of the engine`, () => {
      const [x, y] = [draws("x", xShape), draws("y", yShape)];
      const onHost = f(hostOps, hostTensor(x, xShape), hostTensor(y, yShape)) as HostTensor;
      let shape: Shape = [];
      const program = engine.compile({
        name,
        state: {},
        inputs: { x: xShape, y: yShape },
        trace(ops, _, inputs) {
          const out = f(ops, inputs.x, inputs.y);
          shape = out.shape;
          return { outputs: { out } };
        },
      });
      const { out } = program.runSync({}, { x, y });
      expect(onHost.shape).toEqual(shape);
      expect(onHost.data.length).toBe(out.length);
      // Sums of at most 75 products of numbers below 4: 2^-24·√75·16 = 9e-6 at most.
      onHost.data.forEach((value, i) => {
        expect(Math.abs(value - (out[i] ?? Number.NaN)), `entry ${i}`).toBeLessThan(1e-5);
      });
    });
  }

  it("computes in float64: 10⁻¹² beside 1 is not lost", () => {
    const sum = hostOps.sub(hostOps.add(hostTensor([1], [1]), 1e-12), 1) as HostTensor;
    expect(sum.data[0]).toBeCloseTo(1e-12, 15);
  });

  it("whereFinite takes the first value unless a scalar is not finite", () => {
    const [a, b] = [hostTensor([1], [1]), hostTensor([2], [1])];
    expect(hostOps.whereFinite([hostTensor([0], [])], a, b)).toBe(a);
    expect(hostOps.whereFinite([hostTensor([0], []), hostTensor([Number.NaN], [])], a, b)).toBe(b);
  });

  it("refuses shapes that do not fit, and tensors of an engine", () => {
    const [a, b] = [hostTensor([1, 2, 3], [3]), hostTensor([1, 2], [2])];
    expect(() => hostOps.add(a, b)).toThrow(new RangeError("Cannot combine shapes [3] and [2]: axis 0 has 3 and 2 entries"));
    expect(() => hostOps.reshape(a, [2])).toThrow(
      new RangeError("Cannot make a tensor: there are 3 numbers; expected 2 for shape [2]"),
    );
    expect(() => hostOps.broadcastTo(a, [2, 2])).toThrow(new RangeError("Cannot broadcast [3] to [2, 2]: the lengths differ"));
    expect(() => hostOps.linear(hostTensor([1, 2], [1, 2]), hostTensor([1, 2, 3], [1, 3]))).toThrow(RangeError);
    expect(() => hostOps.exp({ shape: [1] })).toThrow(TypeError);
  });
});
