import { normal, type Points, points, rngOf, rows } from "@fluxion/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bindAtoms } from "../bind/index.js";
import { givenRows, storedRows } from "./atom-rows.js";
import { holdDoubles } from "./double-atoms.js";
import { exactScan } from "./exact-scan.js";
import { type HeldAtoms, holdAtoms } from "./held-atoms.js";
import { listScan } from "./list-scan.js";
import { type WasmPool, wasmPool } from "./pool.js";

const [N, D, B] = [9001, 11, 40];
const drawn = (size: number, key: number): Points => points(normal(rngOf(key), new Float64Array(size * D)), D);
const data = { points: drawn(N, 1), logWeights: new Float64Array(N).fill(-Math.log(N)) };
const x = drawn(B, 2);
const query = { alpha: 0.6, variance: 0.16, spread: true, top: 3, tangent: drawn(B, 3) };
/** Nothing is held whole, and one block of 4096 atoms at a time. */
const LITTLE = { whole: 0, window: 1 };

let pool: WasmPool;
beforeAll(async () => {
  pool = await wasmPool({ threads: 2 });
});
afterAll(() => pool.close());

test("atoms that pass through a window are scanned to the bytes of atoms that are held", async () => {
  const given = givenRows(data);
  const [held, lent] = [holdDoubles(pool.arena, given), holdDoubles(pool.arena, given, LITTLE)];
  expect([held, lent].map(({ windows }) => windows.length)).toEqual([1, 3]);
  const scans = [];
  for (const atoms of [held, lent, lent]) scans.push(await exactScan(pool, atoms, { x, query }));
  expect(scans[1]).toEqual(scans[0]);
  expect(scans[2]).toEqual(scans[0]); // the padding of the last window is not what the one before left there
  for (const { free } of [held, lent]) free();
});

test("listed atoms that are copied are scanned to the bytes of atoms that are held", async () => {
  const held = holdAtoms(pool, data);
  const lent = holdDoubles(pool.arena, held.atoms, LITTLE);
  const little: HeldAtoms = { ...held, hasDoubles: () => true, doubles: () => lent };
  const lists = Array.from({ length: B }, (_, b) =>
    Int32Array.from({ length: 1 + 7 * b }, (_, k) => (b * 131 + k * 17) % N).sort(),
  );
  const short = lists.slice(0, 8);
  const few = { x: rows(x, 0, 8), query: { ...query, tangent: rows(query.tangent, 0, 8) } };
  const before = await listScan(held, short, few); // fewer than all atoms: copied
  expect(held.hasDoubles()).toBe(false);
  held.doubles();
  expect(before).toEqual(await listScan(held, short, few));
  const [whole, copied] = [await listScan(held, lists, { x, query }), await listScan(little, lists, { x, query })];
  expect(copied).toEqual(whole);
  expect(lists[5]).toContain(copied.best.indices[15]);
});

test("atoms as they are stored are their rows and the center, whichever part is asked for", () => {
  const { atoms: _dropped, ...bound } = bindAtoms(data);
  const stored = storedRows(bound);
  const all = stored.rows(0, N);
  expect(stored.rows(4000, 4100)).toEqual(all.subarray(4000 * D, 4100 * D));
  const farthest = all.reduce((most, z, at) => Math.max(most, Math.abs(z - (data.points.data[at] ?? Number.NaN))), 0);
  expect(farthest).toBeGreaterThan(0);
  expect(farthest).toBeLessThanOrEqual(bound.storageError);
});
