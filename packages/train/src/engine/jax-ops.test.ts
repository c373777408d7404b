import { fork, normal, rngOf } from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { jaxEngine } from "./jax-engine.js";
import type { Ops } from "./ops.js";
import { type Named, type Shape, sizeOf, type Tensor } from "./tensor.js";

const engine = await jaxEngine();
const rng = rngOf(5);

/** Normal numbers rounded to float32, so that both arithmetics start from the same values. */
const draws = (name: string, length: number): Float32Array =>
  Float32Array.from(normal(fork(rng, name), new Float64Array(length)));

/** Runs a traced function of named inputs once and returns its one output. */
function run<I extends string>(
  inputs: Named<I, { shape: Shape; data: Float32Array }>,
  f: (ops: Ops, inputs: Named<I, Tensor>) => Tensor,
): Float32Array {
  const entries = Object.entries(inputs) as [I, { shape: Shape; data: Float32Array }][];
  const program = engine.compile({
    name: "test",
    state: {},
    inputs: Object.fromEntries(entries.map(([name, { shape }]) => [name, shape])) as Named<I, Shape>,
    trace: (ops, _, tensors) => ({ outputs: { y: f(ops, tensors) } }),
  });
  return program.runSync({}, Object.fromEntries(entries.map(([name, { data }]) => [name, data])) as Named<I, Float32Array>).y;
}

const vector = (data: Float32Array): { shape: Shape; data: Float32Array } => ({ shape: [data.length], data });

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    expect(Math.abs((actual[i] ?? Number.NaN) - (expected[i] ?? Number.NaN)), `entry ${i}`).toBeLessThanOrEqual(tolerance);
  }
}

describe("jaxOps", () => {
  // One operation in float32 rounds by 2^-24 relative; values here stay below 16, and jax-js computes exp, sin, cos and erf
  // from polynomials that are good to a few units more (measured: 4e-7 for erf, 4e-7 for sin on one period).
  const tolerance = 1.5e-6;
  const x = draws("x", 61);
  const y = draws("y", 61).map((v) => v + Math.sign(v) * 0.5);

  const binary: [keyof Ops & ("add" | "sub" | "mul" | "div" | "minimum" | "maximum"), (a: number, b: number) => number][] = [
    ["add", (a, b) => a + b],
    ["sub", (a, b) => a - b],
    ["mul", (a, b) => a * b],
    ["div", (a, b) => a / b],
    ["minimum", Math.min],
    ["maximum", Math.max],
  ];
  for (const [name, reference] of binary) {
    it(`${name} agrees with float64, for two tensors and for a number on either side`, () => {
      const expected = Array.from(x, (v, i) => reference(v, y[i] ?? 0));
      expectClose(
        run({ x: vector(x), y: vector(y) }, (ops, t) => ops[name](t.x, t.y)),
        expected,
        tolerance,
      );
      const withRight = Array.from(y, (v) => reference(v, 1.5));
      expectClose(
        run({ y: vector(y) }, (ops, t) => ops[name](t.y, 1.5)),
        withRight,
        tolerance,
      );
      const withLeft = Array.from(y, (v) => reference(1.5, v));
      expectClose(
        run({ y: vector(y) }, (ops, t) => ops[name](1.5, t.y)),
        withLeft,
        tolerance,
      );
    });
  }

  for (const name of ["exp", "sqrt", "sin", "cos", "tanh"] as const) {
    it(`${name} agrees with float64`, () => {
      const at = name === "sqrt" ? x.map(Math.abs) : x;
      const expected = Array.from(at, (v) => Math[name](v));
      expectClose(
        run({ x: vector(at) }, (ops, t) => ops[name](t.x)),
        expected,
        name === "exp" ? 16 * tolerance : tolerance,
      );
    });
  }

  it("erf agrees with its Taylor series on [−2, 2]", () => {
    const at = x.filter((v) => Math.abs(v) <= 2);
    const series = (v: number): number => {
      let term = v;
      let sum = v;
      for (let k = 1; k < 60; k++) {
        term *= -(v * v) / k;
        sum += term / (2 * k + 1);
      }
      return (2 / Math.sqrt(Math.PI)) * sum;
    };
    expectClose(
      run({ x: vector(at) }, (ops, t) => ops.erf(t.x)),
      Array.from(at, series),
      tolerance,
    );
  });

  it("linear is x·wᵀ for every width from 1 to 9, padded or not", () => {
    for (let K = 1; K <= 9; K++) {
      for (let H = 1; H <= 9; H++) {
        const [B, a, w] = [3, draws(`a${K}`, 3 * K), draws(`w${H}`, H * K)];
        const expected = Array.from({ length: B * H }, (_, i) => {
          const [b, h] = [Math.floor(i / H), i % H];
          return Array.from({ length: K }, (_, k) => (a[b * K + k] ?? 0) * (w[h * K + k] ?? 0)).reduce((p, q) => p + q, 0);
        });
        const product = run({ a: { shape: [B, K], data: a }, w: { shape: [H, K], data: w } }, (ops, t) => ops.linear(t.a, t.w));
        expectClose(product, expected, 9 * tolerance); // at most 9 terms
      }
    }
  });

  it("sums one axis or all, reshapes, slices, concatenates and broadcasts row-major", () => {
    const m = { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) };
    expect([...run({ m }, (ops, t) => ops.sum(t.m))]).toEqual([21]);
    expect([...run({ m }, (ops, t) => ops.sum(t.m, 0))]).toEqual([5, 7, 9]);
    expect([...run({ m }, (ops, t) => ops.sum(t.m, 1))]).toEqual([6, 15]);
    expect([...run({ m }, (ops, t) => ops.slice(ops.reshape(t.m, [6]), 2, 5))]).toEqual([3, 4, 5]);
    expect([...run({ m }, (ops, t) => ops.concat([t.m, ops.constant([7, 8], [2, 1])], 1))]).toEqual([1, 2, 3, 7, 4, 5, 6, 8]);
    expect([...run({ m }, (ops, t) => ops.add(t.m, ops.constant([10, 20, 30], [3])))]).toEqual([11, 22, 33, 14, 25, 36]);
  });

  it("whereFinite chooses the second value as soon as one scalar is NaN or infinite", () => {
    const choose = (values: number[]): number[] => [
      ...run({ s: vector(Float32Array.from(values)) }, (ops, t) =>
        ops.whereFinite([ops.slice(t.s, 0, 1), ops.slice(t.s, 1, 2)], ops.constant([1, 2], [2]), ops.constant([3, 4], [2])),
      ),
    ];
    expect(choose([0, 1e38])).toEqual([1, 2]);
    expect(choose([Number.NaN, 0])).toEqual([3, 4]);
    expect(choose([0, -Infinity])).toEqual([3, 4]);
    expect(choose([Infinity, Number.NaN])).toEqual([3, 4]);
  });

  it("valueAndGradient is the gradient that central differences of float64 give, through a padded layer", () => {
    const [B, K, H] = [4, 3, 5];
    const [w, a] = [draws("weights", H * K), draws("inputs", B * K)];
    const f = (weights: ArrayLike<number>): number => {
      let sum = 0;
      for (let b = 0; b < B; b++) {
        for (let h = 0; h < H; h++) {
          let z = 0;
          for (let k = 0; k < K; k++) z += (a[b * K + k] ?? 0) * Number(weights[h * K + k]);
          sum += Math.tanh(z) ** 2;
        }
      }
      return sum;
    };
    const step = 1e-5;
    const expected = Array.from(w, (_, i) => {
      const moved = (sign: number): number => f(Array.from(w, (v, j) => (i === j ? v + sign * step : v)));
      return (moved(1) - moved(-1)) / (2 * step);
    });
    const gradient = run({ w: vector(w), a: { shape: [B, K], data: a } }, (ops, t) => {
      const loss = (at: Tensor): Tensor => {
        const h = ops.tanh(ops.linear(t.a, ops.reshape(at, [H, K])));
        return ops.sum(ops.mul(h, h));
      };
      return ops.valueAndGradient(loss, t.w)[1];
    });
    expectClose(gradient, expected, 1e-5); // a dozen float32 operations on numbers below 5, and 1e-10 from the differences
  });

  it("jvp is the derivative along a direction, and differentiates inside a gradient", () => {
    const [at, along] = [draws("at", 7), draws("along", 7)];
    const forward = run({ x: vector(at), dx: vector(along) }, (ops, t) => ops.jvp((u) => ops.sin(u), t.x, t.dx)[1]);
    expectClose(
      forward,
      Array.from(at, (v, i) => Math.cos(v) * (along[i] ?? 0)),
      tolerance,
    );
    const second = run({ x: vector(at), dx: vector(along) }, (ops, t) => {
      const slope = (u: Tensor): Tensor => ops.sum(ops.jvp((v) => ops.sin(v), u, t.dx)[1]);
      return ops.valueAndGradient(slope, t.x)[1];
    });
    expectClose(
      second,
      Array.from(at, (v, i) => -Math.sin(v) * (along[i] ?? 0)),
      tolerance,
    );
  });

  it("lets a traced function use a tensor any number of times and return it twice", () => {
    const program = engine.compile({
      name: "reuse",
      state: { s: [2] },
      inputs: { x: [2] },
      trace: (ops, { s }, { x: input }) => {
        const sum = ops.add(ops.add(input, input), ops.mul(input, s));
        return { next: { s: sum }, outputs: { once: sum, again: sum, same: input } };
      },
    });
    const s = engine.resident(Float32Array.of(1, 2), [2]);
    const out = program.runSync({ s }, { x: Float32Array.of(3, 4) });
    expect([...out.once]).toEqual([9, 16]);
    expect([...out.again]).toEqual([9, 16]);
    expect([...out.same]).toEqual([3, 4]);
    expect(sizeOf([])).toBe(1);
  });
});
