import { expect, test } from "vitest";
import { zScore } from "../../../../tests/statistics.js";
import { pointsOf, row, rows, zeros, zerosLike } from "../points/index.js";
import { normal, rngOf } from "../random/index.js";
import { gaussianSource, standardNormal } from "./gaussian-source.js";
import type { Source } from "./source.js";

const covariance = Float64Array.of(2, 0.6, 0.6, 0.5); // determinant 0.64
const mean = [1, -2];
const full = gaussianSource({ mean, covariance });
const diagonal = gaussianSource({ mean, variances: [4, 0.25] });

test("the standard normal draws are the normal stream, with the density (2π)^{−D/2}·exp(−‖x‖²/2) and the score −x", () => {
  const source = standardNormal(3);
  expect(source.isotropic).toBe(true);
  const x = source.sample(rngOf(1), 4);
  expect(x.data).toEqual(normal(rngOf(1), new Float64Array(12)));
  const logs = source.logDensity(x, new Float64Array(4));
  const scores = source.score(x, zerosLike(x));
  for (let b = 0; b < 4; b++) {
    const square = row(x, b).reduce((sum, v) => sum + v * v, 0);
    expect(logs[b]).toBeCloseTo(Math.log((2 * Math.PI) ** -1.5 * Math.exp(-square / 2)), 13);
  }
  expect(scores.data).toEqual(x.data.map((v) => -v));
});

test("draw b does not depend on how many are drawn", () => {
  for (const source of [standardNormal(2), full, diagonal]) {
    expect(rows(source.sample(rngOf(2), 9), 0, 4)).toEqual(source.sample(rngOf(2), 4));
  }
});

test("the density of N(m, C) is that of the two-dimensional formula", () => {
  const x = pointsOf([[0.3, -1]]);
  const [p, q] = [0.3 - 1, -1 + 2];
  const square = (0.5 * p * p - 2 * 0.6 * p * q + 2 * q * q) / 0.64;
  expect(full.logDensity(x, new Float64Array(1))[0]).toBeCloseTo(-Math.log(2 * Math.PI) - 0.5 * Math.log(0.64) - square / 2, 13);
});

test("independent coordinates give the same density, score and draws as their diagonal matrix", () => {
  const matrix = gaussianSource({ mean, covariance: Float64Array.of(4, 0, 0, 0.25) });
  const x = matrix.sample(rngOf(3), 5);
  expect(diagonal.sample(rngOf(3), 5)).toEqual(x);
  expect(diagonal.logDensity(x, new Float64Array(5))).toEqual(matrix.logDensity(x, new Float64Array(5)));
  expect(diagonal.score(x, zerosLike(x))).toEqual(matrix.score(x, zerosLike(x)));
});

test("the score is the gradient of the log-density", () => {
  const h = 1e-5; // central differences of a quadratic are exact: only rounding ε/h remains
  for (const source of [standardNormal(2), full, diagonal]) {
    const x = pointsOf([[0.4, -1.1]]);
    const score = source.score(x, zeros(1, 2));
    for (let d = 0; d < 2; d++) {
      const at = (step: number): number => {
        const moved = pointsOf([[x.data[0] + (d === 0 ? step : 0), x.data[1] + (d === 1 ? step : 0)]]);
        return source.logDensity(moved, new Float64Array(1))[0];
      };
      expect(Math.abs(score.data[d] - (at(h) - at(-h)) / (2 * h))).toBeLessThan((20 * Number.EPSILON) / h);
    }
  }
});

test("draws of N(m, C) have mean m and covariance C", () => {
  const n = 40_000;
  const check = (source: Source, c: Float64Array): void => {
    const x = source.sample(rngOf(4), n);
    const centred = (d: number): Float64Array => Float64Array.from({ length: n }, (_, b) => x.data[2 * b + d] - mean[d]);
    const [u, v] = [centred(0), centred(1)];
    for (const [draws, expected] of [
      [u, 0],
      [v, 0],
      [u.map((p) => p * p), c[0]],
      [u.map((p, b) => p * v[b]), c[1]],
      [v.map((q) => q * q), c[3]],
    ] as const) {
      expect(Math.abs(zScore(draws, expected))).toBeLessThan(5);
    }
  };
  check(full, covariance);
  check(diagonal, Float64Array.of(4, 0, 0, 0.25));
});

test("what is not a normal distribution with a density is refused", () => {
  expect(() => gaussianSource({ covariance: Float64Array.of(1, 2, 2, 1) })).toThrow(/pivot 1 is -3/);
  expect(() => gaussianSource({ covariance: Float64Array.of(1, 2, 0, 1) })).toThrow(/expected symmetry/);
  expect(() => gaussianSource({ covariance: new Float64Array(3) })).toThrow(/has 3 entries; expected a square number/);
  expect(() => gaussianSource({ variances: [1, 0] })).toThrow(
    "Cannot make a Gaussian source: variance 1 is 0; expected a positive finite number",
  );
  expect(() => gaussianSource({ mean: [1], variances: [1, 1] })).toThrow(/the mean is \[1\]; expected 2 finite numbers/);
  expect(() => standardNormal(1.5)).toThrow(/^Cannot make a standard normal source: dim is 1.5/);
  expect(() => full.logDensity(zeros(1, 3), new Float64Array(1))).toThrow(/x has dim 3, the source has dim 2/);
});
