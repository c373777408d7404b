import * as fc from "fast-check";
import { expect, test } from "vitest";
import { points, pointsOf } from "../points/index.js";
import { normal, rngOf, uniform } from "../random/index.js";
import { totalVariance, weightedCovariance, weightedMean } from "./moments.js";

test("covariance is half the weighted mean of (z_i − z_j)(z_i − z_j)ᵀ over all pairs, and its trace the total variance", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 4 }), fc.nat(), (size, dim, seed) => {
      const z = points(normal(rngOf(seed), new Float64Array(size * dim)), dim);
      const raw = uniform(rngOf(seed + 1), new Float64Array(size));
      const total = raw.reduce((sum, w) => sum + w, 0);
      const logWeights = raw.map((w) => Math.log(w / total));
      const covariance = weightedCovariance(z, logWeights);
      let trace = 0;
      for (let p = 0; p < dim; p++) {
        for (let q = 0; q < dim; q++) {
          let sum = 0;
          for (let i = 0; i < size; i++) {
            for (let j = 0; j < size; j++) {
              const step = (d: number): number => z.data[i * dim + d] - z.data[j * dim + d];
              sum += 0.5 * ((raw[i] * raw[j]) / total ** 2) * step(p) * step(q);
            }
          }
          expect(covariance[p * dim + q]).toBeCloseTo(sum, 12); // 144 terms of order 10, rounding 1e-14
        }
        trace += covariance[p * dim + p];
      }
      expect(totalVariance(z, logWeights)).toBeCloseTo(trace, 12);
    }),
  );
});

test("without weights all points count the same", () => {
  const z = pointsOf([
    [0, 1],
    [2, 3],
    [4, 8],
  ]);
  expect([...weightedMean(z)]).toEqual([2, 4]);
  const equal = new Float64Array(3).fill(-Math.log(3));
  weightedCovariance(z).forEach((c, at) => {
    expect(c).toBeCloseTo(weightedCovariance(z, equal)[at], 14);
  });
  expect(totalVariance(z)).toBeCloseTo((4 + 0 + 4 + 9 + 1 + 16) / 3, 14);
});

test("a far translation does not wash the covariance out", () => {
  const z = pointsOf([[1e8], [1e8 + 1]]);
  expect(weightedCovariance(z)[0]).toBe(0.25);
});
