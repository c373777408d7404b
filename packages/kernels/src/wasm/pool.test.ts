import { setFlagsFromString } from "node:v8";
import { normal, rngOf } from "@fluxion/core";
import { afterEach, expect, test, vi } from "vitest";
import {
  fillRows,
  multiplyRows,
  readRow,
  rowMatrix,
  type SpawnWorker,
  spawnWorker,
  type WasmPool,
  type WorkerHandle,
  WorkerLostError,
  wasmPool,
} from "./index.js";

let open: WasmPool[] = [];
const started = async (...[options]: Parameters<typeof wasmPool>): Promise<WasmPool> => {
  const pool = await wasmPool(options);
  open.push(pool);
  return pool;
};
afterEach(async () => {
  vi.unstubAllGlobals();
  await Promise.all(open.map((pool) => pool.close()));
  open = [];
});

/** Rows of ones, [rows, columns]. */
function ones(pool: WasmPool, rows: number, columns: number) {
  const m = rowMatrix(pool.arena, "f32", rows, columns);
  fillRows(pool.arena, m, new Float32Array(rows * columns).fill(1));
  return m;
}

test("a pool names its threads, queues what it is given, and refuses work after close", async () => {
  const pool = await started({ threads: 2 });
  expect(pool.name).toBe("wasm ×2");
  expect(pool.threads()).toBe(2);
  const [a, z, out] = [ones(pool, 4, 20), ones(pool, 3000, 20), rowMatrix(pool.arena, "f64", 4, 3000)];
  await Promise.all([1, 2, 3].map(() => multiplyRows(pool, a, z, out)));
  expect(new Set(readRow(pool.arena, out, 3))).toEqual(new Set([20]));
  const running = multiplyRows(pool, a, z, out);
  await pool.close();
  await expect(running).rejects.toThrow();
  await expect(multiplyRows(pool, a, z, out)).rejects.toThrow("the pool is closed");
});

test("without shared memory one thread computes the same, and says so", async () => {
  vi.stubGlobal("SharedArrayBuffer", undefined);
  const warn = vi.fn();
  const pool = await started({ threads: 2, warn });
  expect(pool.name).toBe("wasm ×1 (no shared memory)");
  expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("memory cannot be shared here"));
  const [a, z, out] = [ones(pool, 1, 5), ones(pool, 9, 5), rowMatrix(pool.arena, "f32", 1, 9)];
  await multiplyRows(pool, a, z, out);
  expect([...readRow(pool.arena, out, 0)]).toEqual(Array(9).fill(5));
});

test("a worker that dies voids the run, and the others go on", async () => {
  const handles: WorkerHandle[] = [];
  const spawn: SpawnWorker = async (listener) => {
    const handle = await spawnWorker(listener);
    handles.push(handle);
    return handle;
  };
  const pool = await started({ threads: 2, spawn });
  const [a, z] = [ones(pool, 256, 256), ones(pool, 20000, 256)];
  const out = rowMatrix(pool.arena, "f32", 256, 20000);
  const running = multiplyRows(pool, a, z, out);
  await new Promise((resolve) => setTimeout(resolve, 20));
  await handles[0]?.terminate();
  await expect(running).rejects.toThrow(WorkerLostError);
  expect(pool.threads()).toBe(1);
  await multiplyRows(pool, a, z, out);
  expect(new Set(readRow(pool.arena, out, 255))).toEqual(new Set([256]));
  await handles[1]?.terminate();
  await expect(multiplyRows(pool, a, z, out)).rejects.toThrow("0 are left");
});

test("where workers do not start, one thread computes and says why", async () => {
  const warn = vi.fn();
  const spawn: SpawnWorker = async () => {
    throw new Error("forbidden by the page");
  };
  const pool = await started({ threads: 2, warn, spawn });
  expect(pool.name).toBe("wasm ×1 (no workers)");
  expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("forbidden by the page"));
  const [a, z, out] = [ones(pool, 1, 5), ones(pool, 9, 5), rowMatrix(pool.arena, "f32", 1, 9)];
  await multiplyRows(pool, a, z, out);
  expect([...readRow(pool.arena, out, 0)]).toEqual(Array(9).fill(5));
});

test("with relaxed SIMD, where the engine has it, products agree with those without", async (context) => {
  setFlagsFromString("--experimental-wasm-relaxed-simd"); // Node 20 has it behind this flag, later ones always
  const [fused, plain] = [await started({ threads: 1 }), await started({ threads: 1, relaxed: false })];
  if (!fused.relaxed) context.skip("this engine has no relaxed SIMD");
  expect(plain.relaxed).toBe(false);
  const rows = await Promise.all(
    [fused, plain].map(async (pool) => {
      const [a, z] = [rowMatrix(pool.arena, "f32", 4, 300), rowMatrix(pool.arena, "f32", 50, 300)];
      fillRows(pool.arena, a, normal(rngOf(1), new Float64Array(4 * 300)));
      fillRows(pool.arena, z, normal(rngOf(2), new Float64Array(50 * 300)));
      const out = rowMatrix(pool.arena, "f64", 4, 50);
      await multiplyRows(pool, a, z, out);
      return readRow(pool.arena, out, 3);
    }),
  );
  // each within γ₃₄ of 300 products whose absolute values sum to some 200
  for (let i = 0; i < 50; i++) expect(Math.abs((rows[0]?.[i] ?? 0) - (rows[1]?.[i] ?? 1))).toBeLessThan(2 * 34 * 2 ** -24 * 400);
});

test("a number of threads that is no positive integer is refused", async () => {
  for (const threads of [0, -1, 1.5, Number.NaN]) await expect(wasmPool({ threads })).rejects.toThrow(RangeError);
});
