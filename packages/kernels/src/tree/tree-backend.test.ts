import { certifyScan, fork, normal, type Points, points, referenceBackend, rngOf, type ScanQuery, uniform } from "@fluxion/core";
import { expect, test } from "vitest";
import { scanBackendSuite } from "../../../../conformance/scan-backend-suite.js";
import { logSlope } from "../../../../tests/support/log-slope.js";
import { atomsOf, kinds, lineOf } from "../../../../tests/support/low-dim-atoms.js";
import { treeBackend } from "./tree-backend.js";

const all = process.env.FLUXION_TEST_ALL === "1";

scanBackendSuite("the tree", (atoms) => treeBackend(atoms, { leaf: 4 }), { reaches: 1e-9, dims: { most: 10 }, cases: 400 });

/** Points αz + βε for random atoms z, one in eight halfway between two atoms and one in eight far out. */
function queriesOf(data: Points, { alpha, beta }: { alpha: number; beta: number }, B: number, key: number): Points {
  const { dim: D, size: N } = data;
  const which = uniform(fork(rngOf(key), "which"), new Float64Array(B));
  const noise = normal(fork(rngOf(key), "noise"), new Float64Array(B * D));
  const place = (e: number, at: number): number => {
    const b = Math.floor(at / D);
    const i = Math.floor(which[b] * N);
    const z = data.data[i * D + (at % D)];
    const other = data.data[(((i * 7 + 1) % N) * D + (at % D)) % data.data.length];
    if (b % 8 === 3) return (alpha * (z + other)) / 2 + 1e-9 * beta * e;
    return alpha * z + (b % 8 === 5 ? 20 : 1) * beta * e;
  };
  return points(noise.map(place), D);
}

const plain = (t: number): ScanQuery => ({ alpha: t, variance: (1 - t) ** 2, spread: false, top: 0, tangent: undefined });

test("every mean lies within its bound of the float64 reference, for all kinds of atoms in 1 to 10 dimensions", async () => {
  const perCase = all ? 200 : 20;
  const cases = (all ? 1_000_000 : 4000) / perCase;
  let worst = 0;
  for (let k = 0; k < cases; k++) {
    const D = 1 + (k % 10);
    const draw = uniform(fork(rngOf(7), "case", k), new Float64Array(4));
    const atoms = atomsOf({ kind: kinds[k % kinds.length], N: 1 + Math.floor(10 ** (2.3 * draw[0])), D, key: k });
    const t = draw[1] < 0.15 ? 0 : draw[1] < 0.35 ? 1 - 10 ** (-4 * draw[2]) : draw[2];
    const backend = treeBackend(atoms, { leaf: [32, 2, 4, 16][k % 4] });
    const x = queriesOf(atoms.points, { alpha: t, beta: Math.max(1 - t, 1e-6) }, perCase, k);
    const query = { ...plain(t), variance: Math.max(1 - t, 1e-6) ** 2 };
    const epsilon = 10 ** (-1 - 6 * draw[3]);
    const scan = await backend.scan(x, query, { kind: "certified", epsilon });
    const reference = referenceBackend(atoms);
    const exact = await reference.scan(x, query, { kind: "exact" });
    const [bound, slack] = [certifyScan(scan, backend, query).mean, certifyScan(exact, reference, query).mean];
    for (let b = 0; b < perCase; b++) {
      const off = Math.hypot(...lineOf(scan.state.mean, b).map((v, d) => v - lineOf(exact.state.mean, b)[d]));
      worst = Math.max(worst, off / (bound[b] + slack[b]));
    }
  }
  expect(worst).toBeLessThanOrEqual(1);
}, 900_000);

test("a bound keeps what was demanded, however small, until float64 itself ends", async () => {
  const atoms = atomsOf({ kind: "clustered", N: 3000, D: 3, key: 1 });
  const backend = treeBackend(atoms);
  for (const t of [0, 0.05, 0.3, 0.6, 0.9, 0.99]) {
    const x = queriesOf(atoms.points, { alpha: t, beta: 1 - t }, 16, 2);
    for (const epsilon of [1e-1, 1e-2, 1e-4, 1e-6, 1e-9]) {
      const scan = await backend.scan(x, plain(t), { kind: "certified", epsilon });
      expect(Math.max(...certifyScan(scan, backend, plain(t)).mean)).toBeLessThanOrEqual(epsilon * backend.radius);
    }
  }
});

test("an exact demand gives the bytes of the reference", async () => {
  const atoms = atomsOf({ kind: "random", N: 500, D: 2, key: 3 });
  const query: ScanQuery = { ...plain(0.6), spread: true, top: 5 };
  const x = queriesOf(atoms.points, { alpha: 0.6, beta: 0.4 }, 4, 4);
  const scan = await treeBackend(atoms).scan(x, query, { kind: "exact" });
  expect(scan.state).toEqual((await referenceBackend(atoms).scan(x, query, { kind: "exact" })).state);
});

test("a point for which nearly all atoms matter is scanned over all of them, in the order of the data", async () => {
  const atoms = atomsOf({ kind: "random", N: 20_000, D: 10, key: 12 });
  const backend = treeBackend(atoms, { leaf: 4 });
  const query: ScanQuery = { ...plain(0.3), spread: true, top: 3 };
  const x = queriesOf(atoms.points, { alpha: 0.3, beta: 0.7 }, 2, 13);
  const scan = await backend.scan(x, query, { kind: "certified", epsilon: 1e-6 });
  expect(scan.terms).toBe(2 * 20_000);
  expect(scan.state).toEqual((await referenceBackend(atoms).scan(x, query, { kind: "exact" })).state);
});

test("the answer for a point does not depend on the others", async () => {
  const atoms = atomsOf({ kind: "random", N: 2000, D: 2, key: 5 });
  const backend = treeBackend(atoms);
  const x = queriesOf(atoms.points, { alpha: 0.7, beta: 0.3 }, 5, 6);
  const together = await backend.scan(x, plain(0.7), { kind: "certified", epsilon: 1e-5 });
  for (let b = 0; b < x.size; b++) {
    const alone = await backend.scan(points(lineOf(x, b), 2), plain(0.7), { kind: "certified", epsilon: 1e-5 });
    expect(alone.state.mean.data).toEqual(lineOf(together.state.mean, b));
    expect(alone.error.mean[0]).toBe(together.error.mean[b]);
  }
});

test("the work grows slower than √N at every time, and early a few expansions are enough for any N", async () => {
  const sizes = all ? [1e3, 1e4, 1e5, 1e6] : [1e3, 1e4, 1e5];
  const times = [0.05, 0.5, 0.95, 0.999];
  const work: number[][] = times.map(() => []);
  const path = atomsOf({ kind: "clustered", N: 64, D: 2, key: 8 });
  for (const N of sizes) {
    const backend = treeBackend(atomsOf({ kind: "clustered", N, D: 2, key: 8 }));
    for (const [k, t] of times.entries()) {
      const x = queriesOf(path.points, { alpha: t, beta: 1 - t }, 64, 9);
      const scan = await backend.scan(x, plain(t), { kind: "certified", epsilon: 1e-3 });
      work[k].push((scan.visits + scan.terms) / x.size);
      if (t === 0.05) expect(scan.terms).toBeLessThan(4 * x.size);
    }
  }
  for (const of of work) expect(logSlope(sizes, of)).toBeLessThan(0.5);
});

test("what a tree cannot promise, and options out of their domain, are refused", async () => {
  const atoms = atomsOf({ kind: "random", N: 20, D: 2, key: 10 });
  const backend = treeBackend(atoms);
  const x = points(new Float64Array(2), 2);
  await expect(backend.scan(x, plain(0.5), { kind: "statistical", references: 5 })).rejects.toThrow(RangeError);
  await expect(backend.scan(x, plain(0.5), { kind: "certified", epsilon: 0 })).rejects.toThrow(/epsilon > 0/);
  await expect(backend.scan(x, { ...plain(0.5), alpha: -1 }, { kind: "exact" })).rejects.toThrow(RangeError);
  expect(() => treeBackend(atoms, { leaf: 0 })).toThrow(/leaves hold 0 atoms/);
  expect(() => treeBackend(atoms, { order: 1 })).toThrow(/order 1/);
  expect(() => treeBackend(atomsOf({ kind: "random", N: 3, D: 17, key: 1 }))).toThrow(/at most 16/);
});

test("a point that no atom reaches in float64 has no mass and no promise", async () => {
  const backend = treeBackend(atomsOf({ kind: "random", N: 20, D: 2, key: 11 }));
  const scan = await backend.scan(points(Float64Array.of(1e200, 0), 2), plain(0.5), { kind: "certified", epsilon: 1e-2 });
  expect(scan.state.mass[0]).toBe(0);
  expect(scan.error.mean[0]).toBe(Infinity);
});
