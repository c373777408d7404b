import { fork, normal, rngOf } from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { jaxEngine } from "./jax-engine.js";
import type { Ops } from "./ops.js";
import { type Shape, sizeOf, type Tensor } from "./tensor.js";

const engine = await jaxEngine();
const rng = rngOf(8);

/** Normal numbers rounded to float32. */
const draws = (name: string, length: number): Float32Array =>
  Float32Array.from(normal(fork(rng, name), new Float64Array(length)));

type F = (ops: Ops, x: Tensor) => Tensor;

/** f(x), the gradient of Σ c·f(x) and the derivative along dx, in the engine. */
function measure(f: F, shape: Shape, x: Float32Array, dx: Float32Array) {
  const program = engine.compile({
    name: "test",
    state: {},
    inputs: { x: shape, dx: shape },
    trace: (ops, _, t) => {
      const weighted = (at: Tensor): Tensor => {
        const y = f(ops, at);
        return ops.sum(ops.mul(y, ops.constant(weights(sizeOf(y.shape)), y.shape)));
      };
      const [y, derivative] = ops.jvp((at) => f(ops, at), t.x, t.dx);
      const [, gradient] = ops.valueAndGradient(weighted, t.x);
      // Forward inside reverse: the derivative along dx of f, weighted, by x. It is how a divergence is trained on.
      const slope = (at: Tensor): Tensor => ops.sum(ops.jvp(weighted, at, t.dx)[1]);
      const [, second] = ops.valueAndGradient(slope, t.x);
      return { outputs: { y, derivative, gradient, second } };
    },
  });
  return program.runSync({}, { x, dx });
}

const weights = (n: number): number[] => Array.from({ length: n }, (_, i) => Math.fround(Math.cos(1 + 2 * i)));

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    expect(Math.abs((actual[i] ?? Number.NaN) - (expected[i] ?? Number.NaN)), `entry ${i}`).toBeLessThanOrEqual(tolerance);
  }
}

/** Entry of a row-major array, 0 outside. */
const entry = (x: ArrayLike<number>, shape: Shape, index: readonly number[]): number => {
  if (index.some((i, axis) => i < 0 || i >= (shape[axis] ?? 0))) return 0;
  return x[index.reduce((at, i, axis) => at * (shape[axis] ?? 0) + i, 0)] ?? Number.NaN;
};

/** Every index of a shape, row-major. */
function* indices(shape: Shape): Generator<number[]> {
  for (let flat = 0; flat < sizeOf(shape); flat++) {
    let rest = flat;
    const index = shape.map(() => 0);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = rest % (shape[axis] ?? 1);
      rest = Math.floor(rest / (shape[axis] ?? 1));
    }
    yield index;
  }
}

/** y[i] = value(i) for every index i of a shape. */
const fill = (shape: Shape, value: (index: number[]) => number): Float64Array => Float64Array.from(indices(shape), value);

type Reference = (x: ArrayLike<number>) => Float64Array;
interface Case {
  readonly name: string;
  readonly shape: Shape;
  readonly traced: F;
  readonly reference: Reference;
}

const w = draws("kernel", 2 * 3 * 3 * 3);
const right = draws("right", 2 * 4 * 3);

function convCase(H: number, k: number, stride: number, padding: number): Case {
  const [shape, kernel] = [
    [2, 3, H, H + 1],
    [2, 3, k, k],
  ];
  const along = (n: number): number => Math.floor((n + 2 * padding - k) / stride) + 1;
  return {
    name: `conv2d of ${H} × ${H + 1} by ${k} × ${k}, stride ${stride}, padding ${padding}`,
    shape,
    traced: (ops, x) => ops.conv2d(x, ops.constant([...w.subarray(0, sizeOf(kernel))], kernel), { stride, padding }),
    reference: (x) =>
      fill([2, 2, along(H), along(H + 1)], ([b = 0, o = 0, i = 0, j = 0]) => {
        let sum = 0;
        for (const [c = 0, p = 0, q = 0] of indices([3, k, k])) {
          sum += entry(x, shape, [b, c, i * stride - padding + p, j * stride - padding + q]) * entry(w, kernel, [o, c, p, q]);
        }
        return sum;
      }),
  };
}

const images = draws("images", 2 * 2 * 5 * 4);

/** The kernel as the argument: its gradient is a convolution of images with images. */
const kernelCase: Case = {
  name: "conv2d as a function of the kernel, stride 2, padding 1",
  shape: [3, 2, 3, 3],
  traced: (ops, x) => ops.conv2d(ops.constant([...images], [2, 2, 5, 4]), ops.mul(x, x), { stride: 2, padding: 1 }),
  reference: (x) =>
    fill([2, 3, 3, 2], ([b = 0, o = 0, i = 0, j = 0]) => {
      let sum = 0;
      for (const [c = 0, p = 0, q = 0] of indices([2, 3, 3])) {
        const pixel = entry(images, [2, 2, 5, 4], [b, c, 2 * i - 1 + p, 2 * j - 1 + q]);
        sum += pixel * entry(x, [3, 2, 3, 3], [o, c, p, q]) ** 2;
      }
      return sum;
    }),
};

const cases: Case[] = [
  {
    name: "transpose",
    shape: [2, 3, 4],
    traced: (ops, x) => ops.transpose(ops.mul(x, x), [2, 0, 1]),
    reference: (x) => fill([4, 2, 3], ([i = 0, j = 0, k = 0]) => entry(x, [2, 3, 4], [j, k, i]) ** 2),
  },
  {
    name: "matmul, left argument",
    shape: [2, 5, 4],
    traced: (ops, x) => ops.matmul(ops.mul(x, x), ops.constant([...right], [2, 4, 3])),
    reference: (x) =>
      fill([2, 5, 3], ([b = 0, m = 0, n = 0]) =>
        fill([4], ([k = 0]) => entry(x, [2, 5, 4], [b, m, k]) ** 2 * entry(right, [2, 4, 3], [b, k, n])).reduce((p, q) => p + q),
      ),
  },
  {
    name: "matmul, both arguments",
    shape: [2, 3, 3],
    traced: (ops, x) => ops.matmul(x, x),
    reference: (x) =>
      fill([2, 3, 3], ([b = 0, m = 0, n = 0]) =>
        fill([3], ([k = 0]) => entry(x, [2, 3, 3], [b, m, k]) * entry(x, [2, 3, 3], [b, k, n])).reduce((p, q) => p + q),
      ),
  },
  convCase(5, 3, 1, 1),
  convCase(7, 3, 2, 1),
  convCase(4, 3, 2, 1),
  convCase(3, 1, 1, 0),
  kernelCase,
  {
    name: "conv2d of a quotient to one channel: nothing divides by the zeros around it",
    shape: [2, 1, 3, 3],
    traced: (ops, x) => {
      const kernel = ops.constant([...w.subarray(0, 9)], [1, 1, 3, 3]);
      return ops.conv2d(ops.div(x, ops.add(1, ops.mul(x, x))), kernel, { stride: 1, padding: 1 });
    },
    reference: (x) =>
      fill([2, 1, 3, 3], ([b = 0, , i = 0, j = 0]) => {
        let sum = 0;
        for (const [p = 0, q = 0] of indices([3, 3])) {
          const v = entry(x, [2, 1, 3, 3], [b, 0, i - 1 + p, j - 1 + q]);
          sum += (v / (1 + v * v)) * Number(w[3 * p + q]);
        }
        return sum;
      }),
  },
  {
    name: "softmax",
    shape: [2, 3, 5],
    traced: (ops, x) => ops.softmax(ops.mul(x, 3)),
    reference: (x) =>
      fill([2, 3, 5], ([a = 0, b = 0, c = 0]) => {
        const row = fill([5], ([k = 0]) => Math.exp(3 * (entry(x, [2, 3, 5], [a, b, k]) - entry(x, [2, 3, 5], [a, b, 0]))));
        return Number(row[c]) / row.reduce((p, q) => p + q);
      }),
  },
  {
    name: "upsample",
    shape: [2, 2, 3, 2],
    traced: (ops, x) => ops.upsample(ops.mul(x, x), 3),
    reference: (x) =>
      fill(
        [2, 2, 9, 6],
        ([b = 0, c = 0, i = 0, j = 0]) => entry(x, [2, 2, 3, 2], [b, c, Math.floor(i / 3), Math.floor(j / 3)]) ** 2,
      ),
  },
  {
    name: "slice of axis 0 by default",
    shape: [4, 3],
    traced: (ops, x) => ops.slice(ops.mul(x, x), 1, 3),
    reference: (x) => fill([2, 3], ([i = 0, j = 0]) => entry(x, [4, 3], [i + 1, j]) ** 2),
  },
  {
    name: "slice of a later axis",
    shape: [2, 5, 3],
    traced: (ops, x) => ops.slice(ops.mul(x, x), 2, 5, 1),
    reference: (x) => fill([2, 3, 3], ([i = 0, j = 0, k = 0]) => entry(x, [2, 5, 3], [i, j + 2, k]) ** 2),
  },
  {
    name: "broadcastTo",
    shape: [3, 1],
    traced: (ops, x) => ops.broadcastTo(ops.mul(x, x), [2, 3, 4]),
    reference: (x) => fill([2, 3, 4], ([, j = 0]) => (x[j] ?? 0) ** 2),
  },
];

describe("jaxOps on arrays of more than two axes", () => {
  for (const { name, shape, traced, reference } of cases) {
    it(`${name}: value, gradient, derivative and derivative inside a gradient are those of float64`, () => {
      const n = sizeOf(shape);
      const [x, dx] = [draws(`x ${name}`, n), draws(`dx ${name}`, n)];
      const measured = measure(traced, shape, x, dx);
      const along = (s: number, k: number, dk: number): Float64Array =>
        reference(Float64Array.from(x, (v, i) => v + s * Number(dx[i]) + (i === k ? dk : 0)));
      const h = 1e-4;
      const weighted = (y: Float64Array): number => {
        const c = weights(y.length);
        return y.reduce((sum, v, i) => sum + v * Number(c[i]), 0);
      };
      const each = (f: (k: number) => number): Float64Array => Float64Array.from({ length: n }, (_, k) => f(k));
      // Sums of at most 27 products of numbers below 10 round by 27·10²·2^-24/√27 = 3e-5 at the very worst; typical sums
      // are below 10. Central differences of f with third derivatives below 100 add h²·100/6 = 2e-7.
      const tolerance = 2e-5;
      expectClose(measured.y, along(0, 0, 0), tolerance);
      const [after, before] = [along(h, 0, 0), along(-h, 0, 0)];
      expectClose(
        measured.derivative,
        after.map((v, i) => (v - Number(before[i])) / (2 * h)),
        tolerance,
      );
      expectClose(
        measured.gradient,
        each((k) => (weighted(along(0, k, h)) - weighted(along(0, k, -h))) / (2 * h)),
        tolerance,
      );
      const second = each(
        (k) =>
          (weighted(along(h, k, h)) - weighted(along(h, k, -h)) - weighted(along(-h, k, h)) + weighted(along(-h, k, -h))) /
          (4 * h * h),
      );
      expectClose(measured.second, second, 10 * tolerance); // differences of differences round by 1e-16·100/h² = 1e-6
    });
  }
});
