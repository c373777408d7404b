import { expect, test } from "vitest";
import { chiSquared, zScore } from "../../../../tests/statistics.js";
import { rngOf } from "../random/index.js";
import { eightGaussians, eightGaussiansMixture } from "./eight-gaussians.js";
import { mixtureCovariance, mixtureMean } from "./moments.js";

test("modes are equally likely at radius 5, and the spread around them has variance √0.1, not 0.1", () => {
  const n = 40_000;
  const { data } = eightGaussians(rngOf(1), n);
  const counts = new Float64Array(8);
  const squares = new Float64Array(n);
  for (let b = 0; b < n; b++) {
    const mode = (Math.round(Math.atan2(data[2 * b + 1], data[2 * b]) / (Math.PI / 4)) + 8) % 8;
    counts[mode]++;
    squares[b] =
      (data[2 * b] - 5 * Math.cos((mode * Math.PI) / 4)) ** 2 + (data[2 * b + 1] - 5 * Math.sin((mode * Math.PI) / 4)) ** 2;
  }
  expect(Math.abs(chiSquared(counts))).toBeLessThan(5);
  // Sectors end 1.91 = 3.4 deviations from their mode; a point past that (7e-4 of them) is given to the neighbour.
  expect(Math.abs(zScore(squares, 2 * Math.sqrt(0.1)))).toBeLessThan(5);
});

test("the population has mean 0 and covariance (scale²/2 + std²)·I", () => {
  const mixture = eightGaussiansMixture({ scale: 3, std: 0.2 });
  for (const m of mixtureMean(mixture)) expect(m).toBeCloseTo(0, 14);
  mixtureCovariance(mixture).forEach((c, at) => {
    expect(c).toBeCloseTo(at % 3 === 0 ? 4.5 + 0.04 : 0, 13);
  });
  expect(mixture.sharedVariance).toBe(0.2 * 0.2);
});
