import * as fc from "fast-check";
import { expect, test } from "vitest";
import { normalCdf, normalQuantile } from "../random/index.js";
import { wasserstein2Line } from "./wasserstein-line.js";

test("weights that are whole numbers are repetitions, also for samples of different sizes", () => {
  const sample = fc.array(fc.tuple(fc.integer({ min: -20, max: 20 }), fc.integer({ min: 0, max: 4 })), {
    minLength: 1,
    maxLength: 10,
  });
  fc.assert(
    fc.property(sample, sample, (x, y) => {
      const weigh = (pairs: [number, number][]) => ({ values: pairs.map(([v]) => v), weights: pairs.map(([, w]) => w) });
      const repeat = (pairs: [number, number][], times: number): number[] =>
        pairs.flatMap(([v, w]) => Array<number>(w * times).fill(v)).sort((a, b) => a - b);
      const mass = (pairs: [number, number][]): number => pairs.reduce((sum, [, w]) => sum + w, 0);
      fc.pre(mass(x) > 0 && mass(y) > 0);
      const [long, other] = [repeat(x, mass(y)), repeat(y, mass(x))]; // equal lengths
      const expected = long.reduce((sum, v, i) => sum + (v - other[i]) ** 2, 0) / long.length;
      expect(wasserstein2Line(weigh(x), weigh(y))).toBeCloseTo(expected, 10); // squares up to 1600, 20 rounded levels
    }),
  );
});

test("quantiles of N(0, 1) and N(m, s²) are at W₂² = m² + (s − 1)² but for the tails cut off", () => {
  const n = 4000;
  const u = Array.from({ length: n }, (_, i) => normalQuantile((i + 0.5) / n));
  const [m, s] = [0.7, 1.6];
  // The same integral over equal quantiles: m² + (s − 1)²·mean(q²), and mean(q²) → 1.
  const kept = u.reduce((sum, q) => sum + q * q, 0) / n;
  expect(wasserstein2Line({ values: u }, { values: u.map((q) => m + s * q) })).toBeCloseTo(m * m + (s - 1) ** 2 * kept, 12);
  expect(Math.abs(kept - 1)).toBeLessThan(4 * normalCdf(u[0]) * u[0] ** 2 * 2); // a few of the outermost cells
});

test("values or weights that make no sense are refused", () => {
  expect(() => wasserstein2Line({ values: [1, Infinity] }, { values: [1] })).toThrow(
    "Cannot measure W2: value 1 is Infinity; expected a finite number",
  );
  expect(() => wasserstein2Line({ values: [1], weights: [1, 2] }, { values: [1] })).toThrow(
    /there are 2 weights; expected one for each of 1/,
  );
  expect(() => wasserstein2Line({ values: [1], weights: [-1] }, { values: [1] })).toThrow(/weight 0 is -1/);
  expect(() => wasserstein2Line({ values: [] }, { values: [1] })).toThrow(/the sum is 0/);
});
