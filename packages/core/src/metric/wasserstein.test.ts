import * as fc from "fast-check";
import { expect, test } from "vitest";
import reference from "../../../../tests/parity/w2_sampling_floors.json" with { type: "json" };
import { diagonalMoons, eightGaussians } from "../distribution/index.js";
import { points, pointsOf, zeros } from "../points/index.js";
import { fork, normal, permutation, rngOf } from "../random/index.js";
import { wasserstein2 } from "./wasserstein.js";
import { wasserstein2Line } from "./wasserstein-line.js";

test("on the line W₂ is the distance of the sorted samples", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.nat(), (n, seed) => {
      const [x, y] = ["x", "y"].map((name) => points(normal(fork(rngOf(seed), name), new Float64Array(n)), 1));
      const closed = wasserstein2Line({ values: x.data }, { values: y.data });
      // Both sum n squares of differences of size ≤ 16: relative rounding n·ε.
      expect(Math.abs(wasserstein2(x, y).w2Squared - closed)).toBeLessThanOrEqual(4 * n * Number.EPSILON * closed);
    }),
  );
});

test("a translation by c costs ‖c‖, whatever the order of the points", () => {
  const n = 150;
  const x = points(normal(rngOf(1), new Float64Array(3 * n)), 3);
  const order = permutation(rngOf(2), n);
  const y = zeros(n, 3);
  order.forEach((j, b) => {
    for (let d = 0; d < 3; d++) y.data[3 * j + d] = x.data[3 * b + d] + [3, 0, 4][d];
  });
  const { w2, w2Squared, plan } = wasserstein2(x, y);
  expect(w2).toBeCloseTo(5, 12);
  expect(w2Squared).toBeCloseTo(25, 11);
  expect(plan).toEqual(order); // the translation is the gradient of a convex function, so it is the optimal map
});

test("W₂ is symmetric and obeys the triangle inequality", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(), (n, seed) => {
      const [x, y, z] = ["x", "y", "z"].map((name) => points(normal(fork(rngOf(seed), name), new Float64Array(2 * n)), 2));
      expect(wasserstein2(x, y).w2).toBeCloseTo(wasserstein2(y, x).w2, 12);
      expect(wasserstein2(x, z).w2).toBeLessThanOrEqual(wasserstein2(x, y).w2 + wasserstein2(y, z).w2 + 1e-12);
    }),
    { numRuns: 50 },
  );
});

test("the static transport cost from torchcfm's moons to its eight Gaussians is the published protocol's", () => {
  const n = 1000;
  const published = reference.static_OT_costs_for_NPE_denominator.find(({ pair }) => pair.startsWith("torchdyn-noise moons"));
  const [mean, deviation] = published?.W2sq ?? [Number.NaN, Number.NaN]; // of 3 draws with n = 2000
  const rng = rngOf(3);
  const { w2Squared } = wasserstein2(diagonalMoons(fork(rng, "x"), n), eightGaussians(fork(rng, "y"), n));
  // Deviation √2 times larger at half the size; five standard errors of the difference from a mean of 3.
  expect(Math.abs(w2Squared - mean)).toBeLessThan(5 * deviation * Math.sqrt(2 + 1 / 3));
  // Moons with Gaussian noise cost 7.03, which this must be able to tell.
  expect(mean - 7.029).toBeGreaterThan(5 * deviation * Math.sqrt(2 + 1 / 3));
});

test("samples of different sizes or dims, empty or not finite, are refused", () => {
  expect(() => wasserstein2(zeros(2, 1), zeros(3, 1))).toThrow(
    "Cannot measure W2: the samples have 2 and 3 points; expected equal sizes of at least 1",
  );
  expect(() => wasserstein2(zeros(0, 1), zeros(0, 1))).toThrow(/^Cannot measure W2/);
  expect(() => wasserstein2(zeros(2, 1), zeros(2, 2))).toThrow(/expected equal dims/);
  expect(() => wasserstein2(zeros(1, 1), pointsOf([[Number.NaN]]))).toThrow(/Cannot use y: row 0 has NaN/);
});
