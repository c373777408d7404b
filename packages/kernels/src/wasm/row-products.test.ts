import { normal, rngOf } from "@fluxion/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  addWeightedRows,
  fillRows,
  multiplyRows,
  type RowMatrix,
  readRow,
  rowMatrix,
  softmaxOf,
  type WasmPool,
  wasmPool,
} from "./index.js";

const U32 = 2 ** -24;
const gamma = (n: number): number => (n * U32) / (1 - n * U32);

let pool: WasmPool;
beforeAll(async () => {
  pool = await wasmPool({ threads: 2 });
});
afterAll(() => pool.close());

/** A matrix of normal numbers, with the numbers. */
function drawn(rows: number, columns: number, key: number): { m: RowMatrix; data: Float32Array } {
  const data = Float32Array.from(normal(rngOf(key), new Float64Array(rows * columns)));
  const m = rowMatrix(pool.arena, "f32", rows, columns);
  fillRows(pool.arena, m, data);
  return { m, data };
}

test("products of rows agree with double precision within γ₃₄ of the sum of their absolute terms, for any shape", async () => {
  for (const [B, N, K] of [
    [1, 1, 1],
    [5, 130, 9],
    [33, 1030, 200],
    [3, 7, 784],
  ] as const) {
    const [a, z] = [drawn(B, K, 1), drawn(N, K, 2)];
    for (const kind of ["f64", "f32"] as const) {
      const out = rowMatrix(pool.arena, kind, B, N);
      await multiplyRows(pool, a.m, z.m, out);
      let worst = 0;
      for (let b = 0; b < B; b++) {
        const row = readRow(pool.arena, out, b);
        for (let i = 0; i < N; i++) {
          let [sum, size] = [0, 0];
          for (let k = 0; k < K; k++) {
            const term = (a.data[b * K + k] ?? 0) * (z.data[i * K + k] ?? 0);
            sum += term;
            size += Math.abs(term);
          }
          worst = Math.max(worst, Math.abs((row[i] ?? Number.NaN) - sum) / size);
        }
      }
      expect(worst).toBeLessThanOrEqual(gamma(kind === "f32" ? 35 : 34)); // one more rounding where the result is a float
      pool.arena.free(out.address);
    }
    for (const { address } of [a.m, z.m]) pool.arena.free(address);
  }
  expect(pool.arena.used()).toBeLessThan(2 ** 20); // workspaces alone
});

test("weighted sums add to what was there, skip atoms without weight, and agree with double precision", async () => {
  for (const [B, N, K] of [
    [1, 1, 1],
    [6, 300, 37],
    [35, 513, 100],
  ] as const) {
    const [w, z] = [drawn(B, N, 3), drawn(N, K, 4)];
    w.data.forEach((v, at) => {
      w.data[at] = at % 3 === 0 ? 0 : Math.abs(v);
    });
    fillRows(pool.arena, w.m, w.data);
    const out = rowMatrix(pool.arena, "f64", B, K);
    fillRows(pool.arena, out, new Float64Array(B * K).fill(0.5));
    await addWeightedRows(pool, w.m, z.m, out);
    for (let b = 0; b < B; b++) {
      const row = readRow(pool.arena, out, b);
      for (let k = 0; k < K; k++) {
        let [sum, size] = [0.5, 0];
        for (let i = 0; i < N; i++) {
          const term = (w.data[b * N + i] ?? 0) * (z.data[i * K + k] ?? 0);
          sum += term;
          size += Math.abs(term);
        }
        expect(Math.abs((row[k] ?? Number.NaN) - sum)).toBeLessThanOrEqual(gamma(65) * size + 1e-15);
      }
    }
  }
});

test("the softmax of a row is exp(ℓ − max ℓ), exactly zero beyond the cut, with its sums", async () => {
  const [B, N] = [3, 21];
  const values = normal(rngOf(5), new Float64Array(B * N)).map((v) => 15 * v);
  const logits = rowMatrix(pool.arena, "f64", B, N);
  pool.arena.f64(logits.address, (logits.padded * logits.stride) / 8).fill(-Infinity);
  fillRows(pool.arena, logits, values);
  const weights = rowMatrix(pool.arena, "f32", B, N);
  const stats = pool.arena.allocate(B * 32);
  await softmaxOf(pool, logits, weights, { cut: 30, stats });
  for (let b = 0; b < B; b++) {
    const row = values.subarray(b * N, (b + 1) * N);
    const top = Math.max(...row);
    const sums = [0, 0, 0];
    for (const [i, w] of readRow(pool.arena, weights, b).entries()) {
      const x = (row[i] ?? 0) - top;
      const exact = x > -30 ? Math.exp(x) : 0;
      expect(Math.abs(w - exact)).toBeLessThanOrEqual(exact * (2 ** -22 + 30 * U32)); // of exp4, and of rounding its argument
      for (const [k, term] of [w, w * w, w * x].entries()) sums[k] = (sums[k] ?? 0) + term;
    }
    const got = pool.arena.f64(stats + 32 * b, 4);
    expect(got[0]).toBe(top);
    for (const [k, sum] of sums.entries())
      expect(Math.abs((got[k + 1] ?? 0) - sum)).toBeLessThanOrEqual(1e-6 * Math.abs(sum) + 1e-12); // floats inside the third
  }
});

test("shapes that do not match are refused", () => {
  const [a, z] = [rowMatrix(pool.arena, "f32", 2, 3), rowMatrix(pool.arena, "f32", 5, 4)];
  expect(() => multiplyRows(pool, a, z, rowMatrix(pool.arena, "f32", 2, 5))).toThrow("the shapes are [2, 3], [5, 4], [2, 5]");
});
