import {
  certifyScan,
  normal,
  type Points,
  points,
  referenceBackend,
  rngOf,
  rows,
  type Scan,
  type ScanQuery,
  uniform,
  type WeightedAtoms,
} from "@fluxion/core";
import { afterEach, expect, test } from "vitest";
import { givenRows } from "./atom-rows.js";
import { holdDoubles } from "./double-atoms.js";
import { exactScan } from "./exact-scan.js";
import { type WasmBackendOptions, wasmBackend, wasmPool } from "./index.js";

const open: { close(): Promise<void> }[] = [];
const backend = async (atoms: WeightedAtoms, options?: WasmBackendOptions) => {
  const made = await wasmBackend(atoms, options);
  open.push(made);
  return made;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((made) => made.close()));
});

function drawn(size: number, dim: number, key: number): Points {
  return points(normal(rngOf(key), new Float64Array(size * dim)), dim);
}

/** Points αz + βε of the straight path. */
function onPath({ points: { data, size, dim } }: WeightedAtoms, B: number, t: number, key: number): Points {
  const x = drawn(B, dim, key);
  x.data.forEach((noise, at) => {
    x.data[at] = (1 - t) * noise + t * (data[((7 * Math.floor(at / dim)) % size) * dim + (at % dim)] ?? 0);
  });
  return x;
}

function atomsOf(N: number, D: number, key: number, zeroWeights = false): WeightedAtoms {
  const raw = uniform(rngOf(key), new Float64Array(N)).map((w, i) => (zeroWeights && i % 5 === 3 ? 0 : w));
  const total = raw.reduce((sum, w) => sum + w, 0);
  return { points: drawn(N, D, key + 1), logWeights: raw.map((w) => Math.log(w / total)) };
}

function expectAgree(p: Scan, q: Scan, radius: number, size: number, query: ScanQuery): void {
  const [cp, cq] = [p, q].map((scan) => certifyScan(scan, { radius, size }, query));
  const D = p.state.mean.dim;
  for (let b = 0; b < p.state.top.length; b++) {
    const gap = Math.hypot(
      ...p.state.mean.data.subarray(b * D, (b + 1) * D).map((v, d) => v - (q.state.mean.data[b * D + d] ?? 0)),
    );
    expect(gap).toBeLessThanOrEqual((cp?.mean[b] ?? 0) + (cq?.mean[b] ?? 0));
    const log = (s: Scan) => (s.state.top[b] ?? 0) + Math.log(s.state.mass[b] ?? 0);
    expect(Math.abs(log(p) - log(q))).toBeLessThanOrEqual((cp?.logDensity[b] ?? 0) + (cq?.logDensity[b] ?? 0));
    const trace = (s: Scan) => (query.spread ? (s.state.spread[b] ?? 0) : 0) / (s.state.mass[b] ?? 0);
    expect(Math.abs(trace(p) - trace(q))).toBeLessThanOrEqual((cp?.traceCov[b] ?? 0) + (cq?.traceCov[b] ?? 0));
    const entropy = (s: Scan) => Math.log(s.state.mass[b] ?? 0) - (s.state.logitSum[b] ?? 0) / (s.state.mass[b] ?? 0);
    expect(Math.abs(entropy(p) - entropy(q))).toBeLessThanOrEqual((cp?.entropy[b] ?? 0) + (cq?.entropy[b] ?? 0));
  }
}

test("exact scans agree with the reference within both bounds, in few and in many dimensions, for any shape", async () => {
  for (const [N, D, B] of [
    [1, 1, 1],
    [7, 2, 5],
    [4099, 3, 3],
    [9001, 2, 2],
    [131, 8, 33],
    [10, 9, 1],
    [4500, 20, 35],
    [300, 130, 6],
  ] as const) {
    const atoms = atomsOf(N, D, N + D, true);
    const [wasm, reference] = [await backend(atoms, { threads: 2 }), referenceBackend(atoms)];
    for (const t of [0, 0.05, 0.5, 0.9, 0.999]) {
      const x = drawn(B, D, 3);
      const query = { alpha: t, variance: (1 - t) ** 2, spread: true, top: 5, tangent: drawn(B, D, 4) };
      const [p, q] = await Promise.all([wasm, reference].map((each) => each.scan(x, query, { kind: "exact" })));
      if (p === undefined || q === undefined) throw new Error("no scan");
      expectAgree(p, q, reference.radius, N, query);
      expect(p.state.best.indices).toEqual(q.state.best.indices);
      for (const [at, v] of (p.state.tangent?.data ?? []).entries()) {
        expect(Math.abs(v - (q.state.tangent?.data[at] ?? Number.NaN))).toBeLessThanOrEqual(
          1e-9 * (q.state.spread[Math.floor(at / D)] ?? 0) * Math.sqrt(D) + 1e-300,
        );
      }
    }
  }
});

test("an exact scan is the same bytes on 1, 2 and 4 threads", async () => {
  for (const [N, D, B] of [
    [9001, 3, 70],
    [9001, 11, 70],
  ] as const) {
    const atoms = atomsOf(N, D, 8);
    const x = drawn(B, D, 9);
    const query = { alpha: 0.6, variance: 0.16, spread: true, top: 3, tangent: drawn(B, D, 10) };
    const scans = await Promise.all(
      [1, 2, 4].map(async (threads) => (await backend(atoms, { threads })).scan(x, query, { kind: "exact" })),
    );
    for (const scan of scans.slice(1)) expect(scan.state).toEqual(scans[0]?.state);
  }
});

test("certified scans agree with the reference within both bounds at every time, and reach ε", async () => {
  for (const [N, D, B] of [
    [1, 9, 1],
    [700, 2, 70],
    [5000, 5, 3],
    [30, 12, 2],
    [3001, 40, 37],
    [900, 300, 5],
  ] as const) {
    const atoms = atomsOf(N, D, N + D, true);
    const [wasm, reference] = [await backend(atoms, { threads: 2 }), referenceBackend(atoms)];
    for (const t of [0, 0.05, 0.3, 0.6, 0.9, 0.99, 0.9999]) {
      for (const epsilon of [1e-2, 1e-4, 1e-7]) {
        const x = onPath(atoms, B, t, 3);
        const query = { alpha: t, variance: (1 - t) ** 2, spread: false, top: 2, tangent: undefined };
        const p = await wasm.scan(x, query, { kind: "certified", epsilon });
        const q = await reference.scan(x, query, { kind: "exact" });
        expectAgree(p, q, wasm.radius, N, query);
        expect(Math.max(...certifyScan(p, wasm, query).mean)).toBeLessThanOrEqual(epsilon * wasm.radius + 1e-14); // one atom has no radius, and float64 rounds
      }
    }
  }
});

test("second moments of a certified scan are within their bounds", async () => {
  const atoms = atomsOf(2500, 30, 4);
  const [wasm, reference] = [await backend(atoms, { threads: 2 }), referenceBackend(atoms)];
  for (const t of [0.1, 0.5, 0.9]) {
    const query = { alpha: t, variance: (1 - t) ** 2, spread: true, top: 0, tangent: drawn(9, 30, 8) };
    const x = onPath(atoms, 9, t, 5);
    const p = await wasm.scan(x, query, { kind: "certified", epsilon: 1e-3 });
    expectAgree(p, await reference.scan(x, query, { kind: "exact" }), wasm.radius, 2500, query);
  }
});

test("each row takes the cheapest way that its bound allows", async () => {
  const [N, D] = [3000, 100];
  const wasm = await backend(atomsOf(N, D, 12), { threads: 2 });
  const scan = (t: number, epsilon: number) => {
    const query = { alpha: t, variance: (1 - t) ** 2, spread: false, top: 0, tangent: undefined };
    return wasm.scan(onPath(atomsOf(N, D, 12), 4, t, 1), query, { kind: "certified", epsilon });
  };
  const sums = await scan(0.1, 1e-2);
  expect(sums.evaluations).toBe(4 * N);
  expect(sums.error.mean[0]).toBeGreaterThan(1e-6); // single precision
  const listed = await scan(0.9, 1e-2);
  expect(listed.evaluations).toBeLessThan(4 * 10); // of one image, nearly
  expect(listed.error.mean[0]).toBeLessThan(1e-12);
  const all = await scan(0.02, 1e-9);
  expect(all.evaluations).toBe(4 * N);
  expect(all.error.mean[0]).toBeLessThan(1e-9); // double precision
});

test("more queries than are held at once are answered in turns, to the same bytes", async () => {
  const pool = await wasmPool({ threads: 1 });
  open.push(pool);
  const atoms = atomsOf(9000, 9, 13);
  const held = holdDoubles(pool.arena, givenRows(atoms));
  const x = drawn(70, 9, 14);
  const query = { alpha: 0.5, variance: 0.25, spread: true, top: 3, tangent: drawn(70, 9, 15) };
  const whole = await exactScan(pool, held, { x, query });
  expect(await exactScan(pool, held, { x, query, room: 1 })).toEqual(whole);

  const [first, long] = [rows(x, 0, 1), { ...query, top: 4100, tangent: undefined }]; // more than a block holds
  const reference = await referenceBackend(atoms).scan(first, long, { kind: "exact" });
  expect((await exactScan(pool, held, { x: first, query: long })).best.indices).toEqual(reference.state.best.indices);

  const few = atomsOf(20, 9, 16);
  const wasm = await backend(few, { pool });
  const many = drawn(2100, 9, 17);
  const demand = { kind: "certified", epsilon: 1e-2 } as const;
  const plain = { ...query, spread: false, top: 1, tangent: undefined };
  const [together, alone] = [await wasm.scan(many, plain, demand), await wasm.scan(rows(many, 2060, 2070), plain, demand)];
  expect(rows(together.state.mean, 2060, 2070)).toEqual(alone.state.mean);
  expect(together.evaluations + together.skipped).toBe(2100 * 20);
});
