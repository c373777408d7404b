import { normal, rngOf, uniform } from "@fluxion/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type KernelName, type WasmPool, wasmPool } from "./index.js";

let pool: WasmPool;
beforeAll(async () => {
  pool = await wasmPool({ threads: 1 });
});
afterAll(() => pool.close());

/** The kernel's exp of numbers, a multiple of 4 of them. */
async function expOf(kernel: KernelName, x: Float64Array): Promise<Float64Array> {
  const [from, to] = [pool.arena.allocate(8 * x.length), pool.arena.allocate(8 * x.length)];
  pool.arena.f64(from, x.length).set(x);
  await pool.run(kernel, [[from, x.length, to]]);
  const view = kernel === "exp64" ? pool.arena.f64(to, x.length) : pool.arena.f32(to, x.length);
  const out = Float64Array.from(view);
  pool.arena.free(from);
  pool.arena.free(to);
  return out;
}

/** Numbers in (−limit, 0]: spread evenly, close to 0, and near the multiples of log(2)/2 where the reduction turns. */
function samples(limit: number): Float64Array {
  const count = 200_000;
  const even = uniform(rngOf(1), new Float64Array(count)).map((u) => -limit * u);
  const small = normal(rngOf(2), new Float64Array(count)).map((v) => -Math.min(limit, Math.abs(v) * 2 ** -20));
  const turns = uniform(rngOf(3), new Float64Array(count)).map(
    (u, k) => -Math.min(limit, (((k % 280) + u * 1e-9) * Math.LN2) / 2),
  );
  return Float64Array.from([...even, ...small, ...turns]);
}

test("exp64 is within 2 units in the last place of Math.exp, which is itself within one, and exact at 0", async () => {
  const x = samples(99.9);
  const got = await expOf("exp64", x);
  let worst = 0;
  for (const [k, v] of x.entries()) {
    const exact = Math.exp(v);
    const ulp = 2 ** (Math.floor(Math.log2(exact)) - 52);
    worst = Math.max(worst, Math.abs((got[k] ?? 0) - exact) / ulp);
  }
  expect(worst).toBeLessThanOrEqual(2);
  expect([...(await expOf("exp64", Float64Array.of(0, -0, -100.5, -Infinity)))]).toEqual([1, 1, 0, 0]);
});

test("exp32 is within 2⁻²² of exp, exact at 0, and never denormal", async () => {
  const x = samples(86.9);
  const got = await expOf("exp32", x);
  let worst = 0;
  for (const [k, v] of x.entries()) worst = Math.max(worst, Math.abs((got[k] ?? 0) / Math.exp(v) - 1));
  expect(worst).toBeLessThan(2 ** -22);
  expect(Math.min(...(await expOf("exp32", x.subarray(0, 20_000))))).toBeGreaterThan(2 ** -126);
  expect([...(await expOf("exp32", Float64Array.of(0, -87.01, -1000, -Infinity)))]).toEqual([1, 0, 0, 0]);
});
