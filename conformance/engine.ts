import { fork, normal, rngOf, uniform } from "@fluxion/core";
import { buildNetwork, type Computation, type Engine, type NetworkSpec, type Program, type Resident } from "@fluxion/train";
import fc from "fast-check";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { evaluate } from "../packages/train/src/engine/graph/evaluate.js";
import { trace, variableName } from "../packages/train/src/engine/graph/trace.js";
import { loadRuntime } from "../packages/train/src/engine/onnx/runtime.js";
import { lossGradient } from "../packages/train/src/learner/training-step.js";
import { type Instruction, programs, runProgram, SHAPES } from "./engine-programs.js";

/** How much of the suite an engine takes. */
export interface EngineSuiteOptions {
  /** Random programs. @defaultValue 20 */
  readonly cases?: number;
  /** Why the suite does not run on this machine. */
  readonly skip?: string | undefined;
}

/** Why tests that need ONNX Runtime do not run, where they cannot. */
export const withoutRuntime: string | undefined = await loadRuntime().then(
  () => undefined,
  (error: unknown) => String(error),
);

const rng = rngOf(29);

/** Normal numbers rounded to float32, so that both arithmetics start from the same values. */
const draws = (name: string, length: number): Float32Array<ArrayBuffer> =>
  Float32Array.from(normal(fork(rng, name), new Float64Array(length)));

type AnyComputation = Computation<string, string, string>;
type Values = Readonly<Record<string, Float32Array>>;

/** The outputs of a computation in float64, by the interpreter of our graph, with its gradients. */
export function exactly(computation: AnyComputation, state: Values, inputs: Values): Record<string, Float64Array> {
  const { outputs } = trace(computation);
  const variables = {
    ...Object.fromEntries(Object.entries(state).map(([name, values]) => [variableName("state", name), values])),
    ...Object.fromEntries(Object.entries(inputs).map(([name, values]) => [variableName("input", name), values])),
  };
  const values = evaluate([...outputs.values()], variables);
  return Object.fromEntries([...outputs.keys()].map((name, i) => [name, values[i]?.data ?? new Float64Array()]));
}

/** ‖x − y‖/(‖y‖ + least). */
export function distance(x: ArrayLike<number>, y: ArrayLike<number>, least = 0): number {
  expect(x.length).toBe(y.length);
  const norm = (f: (i: number) => number): number => Math.hypot(...Array.from(y, (_, i) => f(i)));
  return norm((i) => Number(x[i]) - Number(y[i])) / (norm((i) => Number(y[i])) + least);
}

/** Value, gradient, derivative along a direction, and the gradient of that, of one random program. */
export const programOf = (program: readonly Instruction[]): Computation<never, "x" | "y" | "row" | "dx", string> => ({
  name: "random",
  state: {} as Record<never, never>,
  inputs: { ...SHAPES, dx: SHAPES.x },
  trace(ops, _, { x, y, row, dx }) {
    const f = (at: typeof x) => runProgram(ops, program, { x: at, y, row });
    const [value, gradient] = ops.valueAndGradient(f, x);
    const [, derivative] = ops.jvp(f, x, dx);
    const [, second] = ops.valueAndGradient((at) => ops.jvp(f, at, dx)[1], x);
    return { outputs: { value, gradient, derivative, second } };
  },
});

/** Every kind of network, small. */
export const networks: readonly NetworkSpec[] = [
  { kind: "mlp", dim: 2, width: 64, depth: 3, activation: "selu", time: { kind: "raw" } },
  { kind: "mlp", dim: 5, width: 33, depth: 2, activation: "silu" },
  { kind: "mlp", dim: 1, width: 16, depth: 4, activation: "gelu", residual: true, time: { kind: "sinusoidal", count: 3 } },
  { kind: "mlp", dim: 3, width: 8, depth: 1, activation: "tanh", time: { kind: "fourier", count: 2 } },
  { kind: "mlp", dim: 4, width: 20, depth: 3, activation: "relu", residual: true },
  { kind: "residual-mlp", dim: 3, width: 12, depth: 2 },
  { kind: "unet", image: [1, 6, 4], channels: 4, multipliers: [1, 2], groups: 2, heads: 2, outputScale: 1 },
];

/** What every engine must do. */
export function engineSuite(name: string, make: () => Promise<Engine>, { cases = 20, skip }: EngineSuiteOptions = {}): void {
  describe(`${name} as an engine`, () => {
    let engine: Engine;
    beforeAll(async () => {
      if (skip === undefined) engine = await make();
    });
    beforeEach((context) => {
      if (skip !== undefined) context.skip(skip);
    });

    /** Compiles and runs once. */
    const run = async (computation: AnyComputation, state: Values, inputs: Values): Promise<Values> => {
      const cells = Object.fromEntries(
        Object.entries(state).map(([key, values]) => [key, engine.resident(values, [values.length])]),
      );
      const program = engine.compile(computation);
      const outputs = await program.run(cells, inputs);
      program.dispose();
      for (const cell of Object.values(cells)) cell.dispose();
      return outputs;
    };

    it("gives value, gradient, derivative and second derivative of random programs as float64 does", async () => {
      const inputs = { x: draws("x", 12), y: draws("y", 12), row: draws("row", 6), dx: draws("dx", 12) };
      const law = async (program: readonly Instruction[]): Promise<void> => {
        const computation = programOf(program) as AnyComputation;
        const [found, exact] = [await run(computation, {}, inputs), exactly(computation, {}, inputs)];
        for (const key of Object.keys(exact)) {
          // Each of at most ten instructions rounds by a few 2^-24 of values near 1 and passes errors on times its slope;
          // a gradient that cancels is held to the size of its terms.
          expect(distance(found[key] ?? [], exact[key] ?? [], 1), `${key} of ${JSON.stringify(program)}`).toBeLessThan(1e-5);
        }
      };
      for (let operation = 0; operation < 18; operation++) await law([[operation, 0, 1]]);
      await fc.assert(fc.asyncProperty(programs, law), { numRuns: cases, seed: 7 });
    });

    for (const spec of networks) {
      it(`gives loss and gradient of a network as float64 does: ${JSON.stringify(spec)}`, async () => {
        const network = buildNetwork(spec);
        const B = 6;
        const D = network.dim;
        const computation = lossGradient(network, B) as unknown as AnyComputation;
        const t = Float32Array.from(uniform(fork(rng, "t"), new Float64Array(B)));
        const inputs = { t, xt: draws("xt", B * D), ut: draws("ut", B * D), share: new Float32Array(B).fill(1 / B) };
        const state = { theta: network.init(rng) };
        const [found, exact] = [await run(computation, state, inputs), exactly(computation, state, inputs)];
        for (const key of Object.keys(exact)) expect(distance(found[key] ?? [], exact[key] ?? []), key).toBeLessThan(1e-5);
      });
    }

    contractSuite(() => engine);
  });
}

const accumulate: Computation<"total" | "untouched", "x", "sum" | "kept" | "same"> = {
  name: "accumulate",
  state: { total: [3], untouched: [2] },
  inputs: { x: [3] },
  trace: (ops, { total, untouched }, { x }) => {
    const next = ops.add(total, x);
    return { next: { total: next }, outputs: { sum: ops.sum(next), kept: untouched, same: x } };
  },
};

/** What `engine.ts` promises of residents and programs. */
function contractSuite(engineOf: () => Engine): void {
  const cell = (values: readonly number[]): Resident => engineOf().resident(Float32Array.from(values), [values.length]);

  it("keeps residents between runs, replaces those that a program updates and leaves the others", async () => {
    const [total, untouched] = [cell([0, 0, 0]), cell([5, 7])];
    const program = engineOf().compile(accumulate);
    for (let k = 1; k <= 4; k++) {
      const outputs = await program.run({ total, untouched }, { x: Float32Array.of(k, 0, -1) });
      expect([...outputs.sum, ...outputs.kept, ...outputs.same]).toEqual([(k * (k + 1)) / 2 - k, 5, 7, k, 0, -1]);
    }
    expect([...(await total.read())]).toEqual([10, 0, -4]);
    total.write(Float32Array.of(1, 1, 1));
    expect([...(await total.read())]).toEqual([1, 1, 1]);
    expect([...(await program.run({ total, untouched }, { x: new Float32Array(3) })).sum]).toEqual([3]);
  });

  it("gives the host copies, and takes residents that come and go between runs", async () => {
    const values = Float32Array.of(1, 2, 3);
    const total = engineOf().resident(values, [3]);
    values.fill(0);
    (await total.read()).fill(9);
    expect([...(await total.read())]).toEqual([1, 2, 3]);
    const program = engineOf().compile(accumulate);
    for (let k = 0; k < 3; k++) {
      const [other, large] = [cell([1, 1]), engineOf().resident(new Float32Array(100_000 * (k + 1)), [100_000 * (k + 1)])];
      const runs = [0, 1].map(() => program.run({ total, untouched: other }, { x: Float32Array.of(1, 0, 0) }));
      large.dispose();
      await Promise.all(runs);
      other.dispose();
    }
    expect([...(await total.read())]).toEqual([7, 2, 3]);
  });

  it("moves nothing where whereFinite says so, and every state on its own", async () => {
    const program = engineOf().compile({
      name: "guarded",
      state: { a: [5], b: [5] },
      inputs: { x: [5] },
      trace: (ops, { a, b }, { x }) => {
        const sum = ops.sum(ops.mul(x, x));
        return { next: { a: ops.whereFinite([sum], ops.add(a, x), a), b: ops.sub(b, ops.mul(x, 2)) }, outputs: { sum } };
      },
    });
    const [a, b] = [cell([1, 2, 3, 4, 5]), cell([0, 0, 0, 0, 0])];
    expect([...(await program.run({ a, b }, { x: Float32Array.of(1, 1, 1, 1, 1) })).sum]).toEqual([5]);
    expect([...(await program.run({ a, b }, { x: Float32Array.of(1, 1e30, 1, 1, 1) })).sum]).toEqual([Infinity]);
    expect([...(await a.read())]).toEqual([2, 3, 4, 5, 6]);
    expect([...(await b.read())]).toEqual([-4, -2 - 2 * Math.fround(1e30), -4, -4, -4].map(Math.fround));
  });

  it("gives the same bytes for the same state and inputs", async () => {
    const network = buildNetwork({ kind: "mlp", dim: 3, width: 40, depth: 2 });
    const [state, B] = [network.init(rng), 64];
    const inputs = { t: draws("t", B), xt: draws("a", 3 * B), ut: draws("b", 3 * B), share: new Float32Array(B).fill(1 / B) };
    const gradients = [0, 1].map(async () => {
      const program: Program<"theta", "t" | "xt" | "ut" | "share", "loss" | "gradient"> = engineOf().compile(
        lossGradient(network, B) as Computation<"theta", "t" | "xt" | "ut" | "share", "loss" | "gradient">,
      );
      return (await program.run({ theta: engineOf().resident(state, [state.length]) }, inputs)).gradient;
    });
    const [first, second] = await Promise.all(gradients);
    expect(first).toEqual(second);
  });

  it("refuses arrays of another size and says which, and residents that were disposed", async () => {
    const untouched = cell([5, 7]);
    const program = engineOf().compile(accumulate);
    expect(() => engineOf().resident(new Float32Array(3), [2, 2])).toThrow(
      new RangeError("Cannot fill a resident array: it receives 3 numbers; expected 4 for shape [2, 2]"),
    );
    const total = cell([0, 0, 0]);
    await expect(program.run({ total, untouched }, { x: new Float32Array(2) })).rejects.toThrow(
      /Cannot fill input "x" of the accumulate program: it receives 2 numbers; expected 3/,
    );
    await expect(program.run({ total: untouched, untouched }, { x: new Float32Array(3) })).rejects.toThrow(
      /Cannot run the accumulate program: state "total" has shape \[2\]; expected \[3\]/,
    );
    total.dispose();
    await expect(total.read()).rejects.toThrow(/Cannot use a resident array: it was disposed/);
  });
}
