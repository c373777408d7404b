import * as fc from "fast-check";
import { expect, test } from "vitest";
import { choice, cumulativeSum } from "./choice.js";
import { rngOf, uniform } from "./rng.js";

test("indices are drawn in proportion to their weights, and never one of weight zero", () => {
  const weights = [0, 1, 2, 0, 5, 0];
  const n = 80_000;
  const counts = new Float64Array(6);
  for (const i of choice(rngOf(1), cumulativeSum(weights), new Uint32Array(n))) counts[i]++;
  weights.forEach((w, i) => {
    const p = w / 8;
    expect(Math.abs(counts[i] - n * p)).toBeLessThanOrEqual(5 * Math.sqrt(n * p * (1 - p))); // 0 exactly where p = 0
  });
});

test("a choice is the inverse of the cumulative sum at the uniform draw, by linear search", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 40 }),
      fc.nat(),
      (weights, seed) => {
        fc.pre(weights.some((w) => w > 1e-300));
        const cumulative = cumulativeSum(weights);
        const total = cumulative[cumulative.length - 1];
        const u = uniform(rngOf(seed), new Float64Array(20), 5);
        const expected = Array.from(u, (v) => cumulative.findIndex((c) => c > v * total));
        expect([...choice(rngOf(seed), cumulative, new Uint32Array(20), 5)]).toEqual(expected);
      },
    ),
  );
});

test("weights that are negative, not finite or all zero are refused, naming the first", () => {
  expect(() => cumulativeSum([1, -2])).toThrow("Cannot sum weights: weight 1 is -2; expected a finite number ≥ 0");
  expect(() => cumulativeSum([1, Number.NaN])).toThrow(/weight 1 is NaN/);
  expect(() => cumulativeSum([0, 0])).toThrow(/the sum is 0/);
  expect(() => cumulativeSum([])).toThrow(/the sum is 0/);
  expect(() => cumulativeSum([5e-324])).toThrow(/the sum is 5e-324/);
  expect(() => cumulativeSum([1e308, 1e308])).toThrow(/the sum is Infinity/);
});
