import * as fc from "fast-check";
import { expect, test } from "vitest";
import { normal, rngOf } from "../random/index.js";
import { cholesky, choleskySolve, logDeterminant, solveLower, solveLowerTransposed } from "./cholesky.js";
import { matVec, matVecTransposed } from "./mat-vec.js";

/** B·Bᵀ + I for a random B: positive definite with eigenvalues ≥ 1. */
function positiveDefinite(dim: number, seed: number): Float64Array {
  const b = normal(rngOf(seed), new Float64Array(dim * dim));
  const a = new Float64Array(dim * dim);
  for (let i = 0; i < dim; i++) {
    a.set(matVec(b, b.slice(i * dim, (i + 1) * dim), new Float64Array(dim)), i * dim); // row i of B·Bᵀ
    a[i * dim + i] += 1;
  }
  return a;
}

/** The determinant by expansion along the first row: a definition, not an algorithm. */
function determinant(rows: readonly (readonly number[])[]): number {
  if (rows.length === 0) return 1;
  return rows[0].reduce((sum, entry, j) => {
    const minor = rows.slice(1).map((row) => row.filter((_, k) => k !== j));
    return sum + (j % 2 ? -entry : entry) * determinant(minor);
  }, 0);
}

const cases = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.nat());

test("L·Lᵀ = A and L is zero above the diagonal", () => {
  fc.assert(
    fc.property(cases, ([dim, seed]) => {
      const a = positiveDefinite(dim, seed);
      const l = cholesky(a, dim);
      const size = Math.max(...a);
      for (let i = 0; i < dim; i++) {
        const rowI = l.slice(i * dim, (i + 1) * dim);
        const product = matVec(l, rowI, new Float64Array(dim));
        // Backward error of Cholesky: (dim + 1)·ε·√(a_ii·a_jj) at most.
        for (let j = 0; j < dim; j++) expect(Math.abs(product[j] - a[i * dim + j])).toBeLessThan((dim + 1) * 2 ** -52 * size);
        expect(rowI.subarray(i + 1).every((entry) => entry === 0)).toBe(true);
      }
    }),
  );
});

test("the triangular solves invert L and Lᵀ, and both together A, in place too", () => {
  fc.assert(
    fc.property(cases, ([dim, seed]) => {
      const a = positiveDefinite(dim, seed);
      const l = cholesky(a, dim);
      const x = normal(rngOf(seed + 1), new Float64Array(dim));
      const fresh = (): Float64Array => new Float64Array(dim);
      const norm = Math.max(...a) * dim; // ≥ the condition number, since the smallest eigenvalue is ≥ 1
      const close = (y: Float64Array): void => {
        for (let i = 0; i < dim; i++)
          expect(Math.abs(y[i] - x[i])).toBeLessThan(8 * dim * 2 ** -52 * norm * (1 + Math.hypot(...x)));
      };
      close(solveLower(l, dim, matVec(l, x, fresh()), fresh()));
      close(solveLowerTransposed(l, dim, matVecTransposed(l, x, fresh()), fresh()));
      const b = matVec(a, x, fresh());
      close(choleskySolve(l, dim, b, b));
    }),
  );
});

test("the log-determinant is the logarithm of the determinant by expansion", () => {
  for (let dim = 1; dim <= 6; dim++) {
    const a = positiveDefinite(dim, dim);
    const rows = Array.from({ length: dim }, (_, i) => [...a.subarray(i * dim, (i + 1) * dim)]);
    expect(logDeterminant(cholesky(a, dim), dim)).toBeCloseTo(Math.log(determinant(rows)), 11); // 6! terms of size ‖A‖^6·ε
  }
});

test("a matrix that is not positive definite is refused, naming the pivot", () => {
  expect(() => cholesky(Float64Array.of(1, 2, 2, 1), 2)).toThrow(
    /^Cannot factorise the matrix: pivot 1 is -3; expected a positive/,
  );
  expect(() => cholesky(Float64Array.of(0, 0, 0, 1), 2)).toThrow(/pivot 0 is 0/);
  expect(() => cholesky(Float64Array.of(Number.NaN), 1)).toThrow(/pivot 0 is NaN/);
  expect(() => cholesky(Float64Array.of(1, 2, 3), 2)).toThrow("Cannot use 3 numbers as a [2, 2] matrix: expected 4");
});
