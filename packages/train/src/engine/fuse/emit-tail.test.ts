import { fork, normal, rngOf } from "@fluxion/core";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { exactly, withoutRuntime } from "../../../../../conformance/engine.js";
import type { Computation } from "../engine.js";
import { trace } from "../graph/trace.js";
import { onnxEngine } from "../onnx/onnx-engine.js";
import type { Ops } from "../ops.js";
import type { Tensor } from "../tensor.js";
import { planTail } from "./plan-tail.js";
import { selectTail } from "./select-tail.js";
import { signed, unsigned, wasmModule } from "./wasm-module.js";

const rng = rngOf(37);
const draws = (name: string, length: number): Float32Array =>
  Float32Array.from(normal(fork(rng, name), new Float64Array(length)));

/** Elementwise programs over p, q, v with sums in between. */
const STEPS: readonly ((ops: Ops, p: Tensor, q: Tensor) => Tensor)[] = [
  (ops, p, q) => ops.add(p, q),
  (ops, p, q) => ops.sub(ops.mul(p, 0.5), q),
  (ops, p, q) => ops.mul(p, ops.div(1, ops.add(1, ops.mul(q, q)))),
  (ops, p, q) => ops.minimum(ops.maximum(p, -2), q),
  (ops, p) => ops.sqrt(ops.add(1, ops.mul(p, p))),
  (ops, p, q) => ops.mul(p, ops.minimum(1, ops.div(3, ops.sqrt(ops.sum(ops.mul(q, q)))))),
  (ops, p, q) => ops.whereFinite([ops.sum(p), ops.sqrt(ops.sum(q))], p, q),
];

function computationOf(
  n: number,
  program: readonly (readonly [number, number, number])[],
): Computation<"p" | "q", "v" | "s", "total" | "all"> {
  return {
    name: "tail",
    state: { p: [n], q: [n] },
    inputs: { v: [n], s: [2] },
    trace(ops, { p, q }, { v, s }) {
      const made: Tensor[] = [p, q, ops.mul(v, ops.slice(s, 1, 2))];
      for (const [step, i, j] of program) {
        const pick = (k: number): Tensor => made[made.length - 1 - (k % made.length)] ?? p;
        made.push(STEPS[step]?.(ops, pick(i), pick(j)) ?? p);
      }
      const last = made.at(-1) ?? p;
      const total = ops.sum(last);
      return { next: { p: ops.whereFinite([total], last, p), q: ops.add(q, last) }, outputs: { total, all: last } };
    },
  };
}

beforeEach((context) => {
  if (withoutRuntime !== undefined) context.skip(withoutRuntime);
});

describe("the fused tail", () => {
  it("computes random elementwise programs as float64 does, for lengths that four divides and others", async () => {
    const engine = await onnxEngine({ threads: 1 });
    const steps = fc.array(fc.tuple(fc.nat(6), fc.nat(20), fc.nat(20)), { minLength: 1, maxLength: 8 });
    const law = async (n: number, program: readonly (readonly [number, number, number])[]): Promise<void> => {
      const computation = computationOf(n, program);
      const { next, outputs } = trace(computation);
      const tail = selectTail({ next, outputs });
      expect([...next.values(), ...outputs.values()].every((node) => tail.has(node))).toBe(true); // nothing is left to the model
      const given = { p: draws("p", n), q: draws("q", n), v: draws("v", n), s: Float32Array.of(7, 0.5) };
      const [p, q] = [engine.resident(given.p, [n]), engine.resident(given.q, [n])];
      const compiled = engine.compile(computation);
      const found = await compiled.run({ p, q }, { v: given.v, s: given.s });
      const exact = exactly(
        computation as unknown as Computation<string, string, string>,
        { p: given.p, q: given.q },
        { v: given.v, s: given.s },
      );
      // Entries reach some hundreds after eight steps, each of which rounds by 2^-24.
      const scale = 1 + Math.max(...(exact.all ?? []).map(Math.abs));
      expect(Math.abs(Number(found.total[0]) - Number(exact.total?.[0])) / (n * scale)).toBeLessThan(2e-6);
      found.all.forEach((value, i) => {
        expect(Math.abs(value - Number(exact.all?.[i])) / scale).toBeLessThan(2e-6);
      });
      expect(await p.read()).toEqual(found.all);
      expect(await q.read()).toEqual(given.q.map((value, i) => value + Number(found.all[i])));
      compiled.dispose();
    };
    await fc.assert(fc.asyncProperty(fc.integer({ min: 2, max: 21 }), steps, law), { numRuns: 40, seed: 5 });
  });

  it("writes a new state beside the old one where whereFinite guards it, and reads what it needs in place", () => {
    const graph = trace(computationOf(8, [[0, 0, 1]]));
    const { stores, numbers, arrays, results } = planTail(graph, selectTail(graph));
    expect(stores.map(({ kind, name, guard }) => [kind, name, guard.length])).toEqual([
      ["next", "p", 1],
      ["next", "q", 0],
      ["output", "all", 0],
    ]);
    expect([numbers.length, arrays.length, results.map(({ name }) => name)]).toEqual([1, 2, ["total"]]); // the old p is not read
  });

  it("sums in float64: a million entries of 0.1 do not drift", async () => {
    const engine = await onnxEngine({ threads: 1 });
    const n = 1_000_003;
    const program = engine.compile({
      name: "sum",
      state: { a: [n] },
      inputs: {},
      trace: (ops, { a }) => ({ next: { a: ops.mul(a, 1.5) }, outputs: { sum: ops.sum(a) } }),
    });
    const { sum } = await program.run({ a: engine.resident(new Float32Array(n).fill(0.1), [n]) }, {});
    expect(sum[0]).toBe(Math.fround(n * Math.fround(0.1)));
  });
});

describe("wasmModule", () => {
  it("writes numbers in LEB128 and a module that loads", () => {
    expect([0, 127, 128, 624_485].map(unsigned)).toEqual([[0], [127], [128, 1], [0xe5, 0x8e, 0x26]]);
    expect([0, 63, 64, -1, -64, -123_456].map(signed)).toEqual([[0], [63], [0xc0, 0], [0x7f], [0x40], [0xc0, 0xbb, 0x78]]);
    const { WebAssembly: wasm } = globalThis as unknown as { WebAssembly: { validate(bytes: Uint8Array): boolean } };
    expect(wasm.validate(wasmModule({ parameters: 2, locals: ["i32", "v128"], body: [] }))).toBe(true);
    expect(wasm.validate(wasmModule({ parameters: 0, locals: [], body: [0x20, 0] }))).toBe(false);
  });
});
