import { certifyScan, type Demand, normal, points, referenceBackend, rngOf, type WeightedAtoms } from "@fluxion/core";
import { afterEach, expect, test, vi } from "vitest";
import { bindAtoms } from "../bind/index.js";
import {
  type SpawnWorker,
  spawnWorker,
  type WasmBackendOptions,
  type WorkerHandle,
  WorkerLostError,
  wasmBackend,
  wasmPool,
} from "./index.js";

const open: { close(): Promise<void> }[] = [];
const kept = <T extends { close(): Promise<void> }>(made: T): T => {
  open.push(made);
  return made;
};
const backend = async (data: Parameters<typeof wasmBackend>[0], options?: WasmBackendOptions) =>
  kept(await wasmBackend(data, options));
afterEach(async () => {
  vi.unstubAllGlobals();
  await Promise.all(open.splice(0).map((made) => made.close()));
});

const drawn = (size: number, dim: number, key: number) => points(normal(rngOf(key), new Float64Array(size * dim)), dim);
const even = (N: number, D: number, key: number): WeightedAtoms => ({
  points: drawn(N, D, key),
  logWeights: new Float64Array(N).fill(-Math.log(N)),
});
const query = { alpha: 0.4, variance: 0.36, spread: false, top: 2, tangent: undefined };
const exact: Demand = { kind: "exact" };

/** Remembers the workers that are started. */
function watched(): { spawn: SpawnWorker; handles: WorkerHandle[] } {
  const handles: WorkerHandle[] = [];
  const spawn: SpawnWorker = async (listener) => {
    const handle = await spawnWorker(listener);
    handles.push(handle);
    return handle;
  };
  return { spawn, handles };
}

test("a scan that loses a worker is made again on the others, and gives the same bytes", async () => {
  const atoms = even(20_000, 48, 1);
  const x = drawn(512, 48, 2); // long enough to be interrupted
  for (const demand of [exact, { kind: "certified", epsilon: 1e-3 } as const]) {
    const { spawn, handles } = watched();
    const pool = kept(await wasmPool({ threads: 2, spawn }));
    const wasm = await backend(atoms, { pool });
    const clean = await wasm.scan(x, query, demand);
    const run = vi.spyOn(pool, "run");
    const scan = wasm.scan(x, query, demand);
    await vi.waitFor(() => expect(run).toHaveBeenCalled(), { interval: 1 });
    await handles[1]?.terminate();
    const again = await scan;
    expect(run).toHaveBeenCalledTimes(2);
    expect(pool.threads()).toBe(1);
    if (demand.kind === "exact") expect(again.state).toEqual(clean.state);
    else
      expect(again.state.mean.data.every((v, at) => Math.abs(v - (clean.state.mean.data[at] ?? 0)) < 1e-3 * wasm.radius)).toBe(
        true,
      );
  }
});

test("when no worker is left a scan is an error, and so is the next one", async () => {
  const { spawn, handles } = watched();
  const wasm = await backend(even(20_000, 48, 1), { threads: 2, spawn });
  const scan = wasm.scan(drawn(128, 48, 2), query, exact);
  await Promise.all([...handles.map((handle) => handle.terminate()), expect(scan).rejects.toThrow(WorkerLostError)]);
  await expect(wasm.scan(drawn(1, 48, 2), query, exact)).rejects.toThrow("0 are left");
});

test("scans asked for at once are answered one after the other, with the memory given back", async () => {
  const pool = kept(await wasmPool({ threads: 2 }));
  const wasm = await backend(even(5000, 20, 3), { pool });
  const x = drawn(40, 20, 4);
  const alone = await wasm.scan(x, query, exact);
  const used = pool.arena.used();
  const demands: Demand[] = [exact, { kind: "certified", epsilon: 1e-2 }, exact, { kind: "certified", epsilon: 1e-9 }, exact];
  const scans = await Promise.all(demands.map((demand) => wasm.scan(x, query, demand)));
  for (const k of [0, 2, 4]) expect(scans[k]?.state).toEqual(alone.state);
  for (const scan of scans) expect(scan.evaluations + scan.skipped).toBe(40 * 5000);
  await wasm.scan(x, query, { kind: "certified", epsilon: 1e-2 });
  const floats = 5000 * 128 + 5000 * 8; // the floats stay, with room for what is added to their logits
  expect(pool.arena.used() - used).toBeLessThanOrEqual(floats + 2 * 2 ** 20); // and workspaces of two threads
});

test("close ends a scan that is under way with an error, and refuses later ones", async () => {
  const wasm = await wasmBackend(even(20_000, 48, 1), { threads: 2 });
  const scan = wasm.scan(drawn(128, 48, 2), query, exact);
  await Promise.all([wasm.close(), expect(scan).rejects.toThrow()]);
  await wasm.close();
  await expect(wasm.scan(drawn(1, 48, 2), query, exact)).rejects.toThrow(/closed|left/);
});

test("without shared memory the exact scan gives the same bytes on one thread, which the name says", async () => {
  const atoms = even(4200, 10, 5);
  const x = drawn(9, 10, 6);
  const threaded = await (await backend(atoms, { threads: 2 })).scan(x, query, exact);
  vi.stubGlobal("SharedArrayBuffer", undefined);
  const warn = vi.fn();
  const single = await backend(atoms, { warn });
  expect(single.name).toBe("wasm ×1 (no shared memory)");
  expect(warn).toHaveBeenCalledOnce();
  expect((await single.scan(x, query, exact)).state).toEqual(threaded.state);
});

test("atoms of which only floats were kept are certified, storage included, and not exact", async () => {
  for (const D of [3, 40]) {
    const atoms = even(900, D, 7);
    const { atoms: _dropped, ...floats } = bindAtoms(atoms);
    const wasm = await backend(floats, { threads: 1 });
    await expect(wasm.scan(drawn(2, D, 8), query, exact)).rejects.toThrow(RangeError);
    const reference = referenceBackend(atoms);
    for (const t of [0.1, 0.5, 0.9]) {
      const at = { ...query, alpha: t, variance: (1 - t) ** 2 };
      const x = drawn(5, D, 9);
      const [p, q] = await Promise.all([wasm.scan(x, at, { kind: "certified", epsilon: 1e-3 }), reference.scan(x, at, exact)]);
      const bound = certifyScan(p, wasm, at).mean;
      for (let b = 0; b < 5; b++) {
        const gap = Math.hypot(
          ...p.state.mean.data.subarray(b * D, (b + 1) * D).map((v, d) => v - (q.state.mean.data[b * D + d] ?? 0)),
        );
        expect(gap).toBeLessThanOrEqual((bound[b] ?? 0) + 1e-12); // and the rounding of the reference
        expect(bound[b]).toBeLessThanOrEqual(1e-3 * wasm.radius);
      }
    }
  }
});

test("data whose weights do not sum to one, or that are not finite, are refused", async () => {
  const atoms = even(5, 2, 1);
  await expect(wasmBackend({ ...atoms, logWeights: atoms.logWeights.map((w) => w + 1) })).rejects.toThrow("the weights sum to");
  await expect(wasmBackend({ ...atoms, logWeights: new Float64Array(4) })).rejects.toThrow("expected one each");
  const broken = { ...atoms, points: points(atoms.points.data.with(3, Number.NaN), 2) };
  await expect(wasmBackend(broken)).rejects.toThrow(RangeError);
});
