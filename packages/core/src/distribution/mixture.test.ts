import { expect, test } from "vitest";
import { zScore } from "../../../../tests/statistics.js";
import { pointsOf, zeros } from "../points/index.js";
import { rngOf } from "../random/index.js";
import { atoms } from "./atoms.js";
import { gaussianMixture, kernelDensity, type Mixture, sampleMixture } from "./mixture.js";
import { mixtureCovariance, mixtureMean } from "./moments.js";

const means = pointsOf([
  [0, 0],
  [3, -1],
]);
const weights = [1, 3];
const matrices = Float64Array.of(2, 0.6, 0.6, 0.5, 1, -0.3, -0.3, 1);
const full = gaussianMixture({ means, weights, covariances: { kind: "full", matrices } });
const diagonal = gaussianMixture({ means, weights, covariances: { kind: "diagonal", variances: [2, 0.5, 1, 4] } });
const isotropic = gaussianMixture({ means, weights, covariances: { kind: "isotropic", variances: [2, 0.5] } });

test("a full covariance is its variances along its orthonormal axes", () => {
  const { variances, axes } = full;
  for (let k = 0; k < 2; k++) {
    for (let p = 0; p < 2; p++) {
      for (let q = 0; q < 2; q++) {
        let sum = 0;
        for (let j = 0; j < 2; j++)
          sum += variances[2 * k + j] * (axes?.[4 * k + 2 * j + p] ?? 0) * (axes?.[4 * k + 2 * j + q] ?? 0);
        expect(sum).toBeCloseTo(matrices[4 * k + 2 * p + q], 14);
      }
    }
  }
});

test("the mean and covariance follow the law of total covariance", () => {
  // mean (2.25, −0.75); between components Cov = ¼·¾·(3, −1)(3, −1)ᵀ
  const between = [27 / 16, -9 / 16, -9 / 16, 3 / 16];
  const within = [0.25 * 2 + 0.75, 0.25 * 0.6 - 0.75 * 0.3, 0.25 * 0.6 - 0.75 * 0.3, 0.25 * 0.5 + 0.75];
  [...mixtureMean(full)].forEach((m, d) => {
    expect(m).toBeCloseTo([2.25, -0.75][d], 14);
  });
  mixtureCovariance(full).forEach((c, at) => {
    expect(c).toBeCloseTo(between[at] + within[at], 14);
  });
  expect(mixtureCovariance(diagonal)[3]).toBeCloseTo(3 / 16 + 0.25 * 0.5 + 0.75 * 4, 14);
  expect(mixtureCovariance(isotropic)[0]).toBeCloseTo(27 / 16 + 0.25 * 2 + 0.75 * 0.5, 14);
});

test("an isotropic mixture is the diagonal and the full one with the same covariances, in draws too", () => {
  const same = gaussianMixture({ means, weights, covariances: { kind: "diagonal", variances: [2, 2, 0.5, 0.5] } });
  const matrix = gaussianMixture({ means, weights, covariances: { kind: "full", matrices: [2, 0, 0, 2, 0.5, 0, 0, 0.5] } });
  const draws = sampleMixture(rngOf(1), isotropic, 50);
  expect(sampleMixture(rngOf(1), same, 50)).toEqual(draws);
  expect(sampleMixture(rngOf(1), matrix, 50)).toEqual(draws);
  expect(sampleMixture(rngOf(1), isotropic, 7).points.data).toEqual(draws.points.data.slice(0, 14));
});

test("draws have the mixture's mean and covariance, for every shape of covariance", () => {
  const n = 40_000;
  const check = (mixture: Mixture): void => {
    const { data } = sampleMixture(rngOf(2), mixture, n).points;
    const m = mixtureMean(mixture);
    const c = mixtureCovariance(mixture);
    for (let p = 0; p < 2; p++) {
      for (let q = 0; q <= p; q++) {
        const products = Float64Array.from({ length: n }, (_, b) => (data[2 * b + p] - m[p]) * (data[2 * b + q] - m[q]));
        expect(Math.abs(zScore(products, c[2 * p + q]))).toBeLessThan(5);
      }
      expect(
        Math.abs(
          zScore(
            Float64Array.from({ length: n }, (_, b) => data[2 * b + p]),
            m[p],
          ),
        ),
      ).toBeLessThan(5);
    }
  };
  check(full);
  check(diagonal);
  check(isotropic);
});

test("a kernel density smooths every atom with one width, and so says", () => {
  const p = atoms(
    pointsOf([
      [0, 0],
      [1, 2],
    ]),
    [1, 3],
  );
  const smooth = kernelDensity(p, 0.5);
  expect(smooth.means).toBe(p.points);
  expect(smooth.sharedVariance).toBe(0.25);
  expect(smooth.logWeights).toBe(p.logWeights);
  expect(isotropic.sharedVariance).toBeUndefined();
  expect(gaussianMixture({ means, covariances: { kind: "isotropic", variances: [4, 4] } }).sharedVariance).toBe(4);
  for (const h of [0, -1, Number.NaN, 1e-200])
    expect(() => kernelDensity(p, h)).toThrow(/^Cannot smooth the data: the bandwidth is /);
});

test("a mixture that is not one is refused, naming the component", () => {
  const make = (covariances: Parameters<typeof gaussianMixture>[0]["covariances"]) => () =>
    gaussianMixture({ means, covariances });
  expect(make({ kind: "isotropic", variances: [1] })).toThrow(
    "Cannot make a mixture: there are 1 isotropic variances; expected 2",
  );
  expect(make({ kind: "diagonal", variances: [1, 1, 0, 1] })).toThrow(/component 1 has variance 0; expected a positive/);
  expect(make({ kind: "full", matrices: [1, 0, 0, 1, 1, 2, 2, 1] })).toThrow(/pivot 1 is -3/);
  expect(make({ kind: "full", matrices: [1, 0, 0, 1, 1, 2, 0, 1] })).toThrow(/the covariance of component 1: entry \(1, 0\)/);
  expect(() => gaussianMixture({ means: zeros(0, 2), covariances: { kind: "isotropic", variances: [] } })).toThrow(
    /no components/,
  );
  expect(() => gaussianMixture({ means, weights: [1, 0], covariances: { kind: "isotropic", variances: [1, 1] } })).toThrow(
    /weight 1 is 0/,
  );
});
