import * as fc from "fast-check";
import { expect, test } from "vitest";
import { normal, rngOf } from "../random/index.js";
import { cholesky, logDeterminant } from "./cholesky.js";
import { matVec } from "./mat-vec.js";
import { requireSymmetric, symmetricEigen, symmetricFunction } from "./symmetric-eigen.js";

function randomSymmetric(dim: number, seed: number, scale = 1): Float64Array {
  const b = normal(rngOf(seed), new Float64Array(dim * dim));
  return b.map((_, at) => scale * (b[at] + b[(at % dim) * dim + Math.floor(at / dim)]));
}

const norm = (a: Float64Array): number => Math.hypot(...a);

test("A = Σ λ_k v_k v_kᵀ with orthonormal v_k and descending λ_k", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 16 }), fc.nat(), fc.constantFrom(1e-200, 1, 1e150), (dim, seed, scale) => {
      const a = randomSymmetric(dim, seed, scale);
      const { values, vectors } = symmetricEigen(a, dim);
      const tolerance = 16 * dim * 2 ** -52; // a few rotations of ε each per entry and sweep
      for (let k = 0; k < dim; k++) {
        const v = vectors.slice(k * dim, (k + 1) * dim);
        const av = matVec(a, v, new Float64Array(dim));
        for (let i = 0; i < dim; i++) expect(Math.abs(av[i] - values[k] * v[i])).toBeLessThanOrEqual(tolerance * norm(a));
        const gram = matVec(vectors, v, new Float64Array(dim));
        gram.forEach((entry, j) => {
          expect(Math.abs(entry - (j === k ? 1 : 0))).toBeLessThan(tolerance);
        });
        if (k > 0) expect(values[k]).toBeLessThanOrEqual(values[k - 1]);
      }
    }),
  );
});

test("the second-difference matrix has its closed-form eigenvalues 4 sin²(kπ/(2(D + 1)))", () => {
  const dim = 24;
  const a = new Float64Array(dim * dim);
  for (let i = 0; i < dim; i++) {
    a[i * dim + i] = 2;
    if (i > 0) a[i * dim + i - 1] = a[(i - 1) * dim + i] = -1;
  }
  symmetricEigen(a, dim).values.forEach((value, at) => {
    const exact = 4 * Math.sin(((dim - at) * Math.PI) / (2 * (dim + 1))) ** 2;
    expect(Math.abs(value - exact)).toBeLessThan(dim * 2 ** -52 * 4);
  });
});

test("small eigenvalues of a graded positive definite matrix keep their relative accuracy", () => {
  // diag(1, 1e-18)·[[2, 1], [1, 2]]·diag(1, 1e-18): the product of the eigenvalues is 3e-36, their sum 2 + 2e-36.
  const { values } = symmetricEigen(Float64Array.of(2, 1e-18, 1e-18, 2e-36), 2);
  expect(Math.abs(values[1] / 1.5e-36 - 1)).toBeLessThan(4e-15);
});

test("zero, diagonal and repeated eigenvalues are answered exactly", () => {
  expect([...symmetricEigen(new Float64Array(9), 3).values]).toEqual([0, 0, 0]);
  expect([...symmetricEigen(Float64Array.of(1, 0, 0, 0, 3, 0, 0, 0, 2), 3).values]).toEqual([3, 2, 1]);
  expect([...symmetricEigen(Float64Array.of(2, 0, 0, 2), 2).values]).toEqual([2, 2]);
});

test("the square root squares to A, the inverse inverts it, and Σ log λ is the log-determinant", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 }), fc.nat(), (dim, seed) => {
      const b = randomSymmetric(dim, seed);
      const a = symmetricFunction(b, dim, (value) => value * value + 1);
      const root = symmetricFunction(a, dim, Math.sqrt);
      const inverse = symmetricFunction(a, dim, (value) => 1 / value);
      const tolerance = 64 * dim * 2 ** -52 * norm(a); // ‖A⁻¹‖ ≤ 1, so the condition number is at most ‖A‖
      for (let j = 0; j < dim; j++) {
        const columnOf = (m: Float64Array): Float64Array => m.slice(j * dim, (j + 1) * dim); // symmetric: row j = column j
        matVec(root, columnOf(root), new Float64Array(dim)).forEach((entry, i) => {
          expect(Math.abs(entry - a[i * dim + j])).toBeLessThan(tolerance);
        });
        matVec(inverse, columnOf(a), new Float64Array(dim)).forEach((entry, i) => {
          expect(Math.abs(entry - (i === j ? 1 : 0))).toBeLessThan(tolerance);
        });
      }
      const logs = symmetricEigen(a, dim).values.reduce((sum, value) => sum + Math.log(value), 0);
      expect(Math.abs(logs - logDeterminant(cholesky(a, dim), dim))).toBeLessThan(tolerance);
    }),
  );
});

test("what is not symmetric, not finite or outside the function is refused", () => {
  expect(() => symmetricEigen(Float64Array.of(1, 2, 3, 4), 2)).toThrow(
    "Cannot use the matrix: entry (1, 0) is 3 and (0, 1) is 2; expected symmetry",
  );
  expect(() => requireSymmetric(Float64Array.of(1, Infinity, Infinity, 1), 2, "covariance 3")).toThrow(
    /^Cannot use covariance 3: it/,
  );
  expect(() => symmetricFunction(Float64Array.of(-1), 1, Math.sqrt)).toThrow(/it is NaN at eigenvalue -1/);
});
