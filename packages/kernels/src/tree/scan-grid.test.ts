import { certifyScan, fork, normal, points, referenceBackend, rngOf, uniform } from "@fluxion/core";
import { expect, test } from "vitest";
import { atomsOf, kinds, lineOf } from "../../../../tests/support/low-dim-atoms.js";
import { coarseGrid, type Grid, gridPoint } from "./grid.js";
import { scanGrid } from "./scan-grid.js";
import { treeBackend } from "./tree-backend.js";

const all = process.env.FLUXION_TEST_ALL === "1";

/** All points of a grid, row by row. */
function pointsOfGrid(grid: Grid): ReturnType<typeof points> {
  const D = grid.origin.length;
  const x = points(new Float64Array(grid.columns * grid.rows * D), D);
  for (let b = 0; b < x.size; b++) gridPoint(grid, b % grid.columns, Math.floor(b / grid.columns), lineOf(x, b));
  return x;
}

/** A viewport of the given width around a point, along two axes or askew. */
function gridAround(centre: Float64Array, width: number, shape: [number, number], askew: number): Grid {
  const [columns, rows] = shape;
  const D = centre.length;
  const lean = normal(fork(rngOf(askew), "lean"), new Float64Array(2 * D)).map((v) => (askew === 0 ? 0 : 0.3 * v));
  const right = Float64Array.from({ length: D }, (_, d) => (width / columns) * ((d === 0 ? 1 : 0) + lean[d]));
  const down = Float64Array.from({ length: D }, (_, d) => (width / rows) * ((d === D - 1 ? 1 : 0) + lean[D + d]));
  const origin = centre.map((v, d) => v - (columns / 2) * right[d] - (rows / 2) * down[d]);
  return { origin, right, down, columns, rows };
}

test("every point of a grid lies within its bound of the float64 reference, and its density too", async () => {
  for (let k = 0; k < (all ? 1000 : 60); k++) {
    const draw = uniform(fork(rngOf(3), "case", k), new Float64Array(8));
    const D = k % 3 === 2 ? 1 + (k % 5) : 2;
    const atoms = atomsOf({ kind: kinds[k % kinds.length], N: 1 + Math.floor(10 ** (3 * draw[0])), D, key: k });
    const t = draw[1] < 0.1 ? 0 : draw[1] < 0.2 ? 0.999 : draw[1];
    const shape: [number, number] = [1 + Math.floor(24 * draw[2]), 1 + Math.floor(24 * draw[3])];
    const width = [0.2, 3, 12][k % 3];
    const grid = gridAround(
      lineOf(atoms.points, 0).map((v) => t * v),
      width,
      shape,
      k % 4 === 0 ? k : 0,
    );
    const kernel = { alpha: t, variance: (1 - t) ** 2 };
    const [tree, reference] = [treeBackend(atoms, { leaf: [4, 32][k % 2] }), referenceBackend(atoms)];
    const exact = await reference.scan(
      pointsOfGrid(grid),
      { ...kernel, spread: false, top: 0, tangent: undefined },
      { kind: "exact" },
    );
    const truth = certifyScan(exact, reference);
    const seen = new Uint8Array(grid.columns * grid.rows);
    for (const tile of scanGrid(tree, grid, kernel, { epsilon: 10 ** (-1 - 5 * draw[4]), tile: 16 })) {
      for (let p = 0; p < tile.bound.length; p++) {
        const b = (tile.row + Math.floor(p / tile.columns)) * grid.columns + tile.column + (p % tile.columns);
        seen[b]++;
        const off = Math.hypot(...lineOf(tile.mean, p).map((v, d) => v - lineOf(exact.state.mean, b)[d]));
        expect(off).toBeLessThanOrEqual(tile.bound[p] + truth.mean[b]);
        const logMass = exact.state.top[b] + Math.log(exact.state.mass[b]);
        expect(Math.abs(tile.logMass[p] - logMass)).toBeLessThanOrEqual(tile.logBound[p] + truth.logDensity[b]);
      }
    }
    expect(seen.every((times) => times === 1)).toBe(true);
  }
});

test("all bounds of a picture are within what was asked, at every time", () => {
  const tree = treeBackend(atomsOf({ kind: "clustered", N: 20_000, D: 2, key: 1 }));
  const grid = gridAround(new Float64Array(2), 8, [48, 40], 0);
  for (const t of [0, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99]) {
    for (const epsilon of [1e-2, 1e-3, 1e-5]) {
      for (const tile of scanGrid(tree, grid, { alpha: t, variance: (1 - t) ** 2 }, { epsilon })) {
        expect(Math.max(...tile.bound)).toBeLessThanOrEqual(epsilon * tree.radius);
      }
    }
  }
});

test("neighbours share their work: early a picture takes less than one expansion a point", () => {
  const tree = treeBackend(atomsOf({ kind: "clustered", N: 20_000, D: 2, key: 1 }));
  const grid = gridAround(new Float64Array(2), 8, [128, 128], 0);
  const termsAt = (t: number): number => {
    let terms = 0;
    for (const tile of scanGrid(tree, grid, { alpha: t, variance: (1 - t) ** 2 }, { epsilon: 1e-3 })) terms += tile.terms;
    return terms / (grid.columns * grid.rows);
  };
  expect(termsAt(0.05)).toBeLessThan(0.05);
  expect(termsAt(0.3)).toBeLessThan(1);
});

test("sums along the axes of the plane agree with those of any other direction", () => {
  const tree = treeBackend(atomsOf({ kind: "steep", N: 3000, D: 2, key: 2 }));
  const straight = gridAround(new Float64Array(2), 4, [24, 24], 0);
  const turned: Grid = { ...straight, right: straight.right.map((v, d) => (d === 1 ? 1e-300 : v)) }; // no longer along an axis
  for (const t of [0.3, 0.8, 0.97]) {
    const kernel = { alpha: t, variance: (1 - t) ** 2 };
    const [a] = [...scanGrid(tree, straight, kernel, { epsilon: 1e-6 })];
    const [b] = [...scanGrid(tree, turned, kernel, { epsilon: 1e-6 })];
    for (let p = 0; p < a.bound.length; p++) {
      const off = Math.hypot(...lineOf(a.mean, p).map((v, d) => v - lineOf(b.mean, p)[d]));
      expect(off).toBeLessThanOrEqual(a.bound[p] + b.bound[p]);
    }
  }
});

test("a coarse grid holds every stride-th point", () => {
  const grid = gridAround(new Float64Array(2), 4, [50, 33], 0);
  const coarse = coarseGrid(grid, 16);
  expect([coarse.columns, coarse.rows]).toEqual([4, 3]);
  const at = (g: Grid, column: number, row: number): number[] => [...gridPoint(g, column, row, new Float64Array(2))];
  expect(at(coarse, 2, 1)).toEqual(at(grid, 32, 16));
});

test("grids and kernels that make no sense are refused", () => {
  const tree = treeBackend(atomsOf({ kind: "random", N: 20, D: 2, key: 1 }));
  const grid = gridAround(new Float64Array(2), 1, [4, 4], 0);
  const kernel = { alpha: 0.5, variance: 0.25 };
  const first = (g: Grid, k = kernel, epsilon = 1e-3): unknown => scanGrid(tree, g, k, { epsilon }).next();
  expect(() => first({ ...grid, columns: 0 })).toThrow(RangeError);
  expect(() => first({ ...grid, right: new Float64Array(3) })).toThrow(/vectors of length 2/);
  expect(() => first({ ...grid, origin: Float64Array.of(Number.NaN, 0) })).toThrow(RangeError);
  expect(() => first(grid, { ...kernel, variance: 0 })).toThrow(/positive variance/);
  expect(() => first(grid, kernel, 0)).toThrow(/positive epsilon/);
});
