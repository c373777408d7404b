import * as fc from "fast-check";
import { expect, test } from "vitest";
import { kolmogorov } from "../../../../tests/statistics.js";
import { type Points, points, pointsOf, zeros } from "../points/index.js";
import { fork, normal, rngOf, uniform } from "../random/index.js";
import { energyDistance, energyTest } from "./energy-distance.js";

const gaussian = (seed: number, name: string, n: number, dim: number): Points =>
  points(normal(fork(rngOf(seed), name), new Float64Array(n * dim)), dim);

test("on the line the energy distance is 2∫(F − G)² dx, weights included", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 15 }), fc.integer({ min: 1, max: 15 }), fc.nat(), (n, m, seed) => {
      const [x, y] = [gaussian(seed, "x", n, 1), gaussian(seed, "y", m, 1)];
      const xWeights = uniform(fork(rngOf(seed), "w"), new Float64Array(n));
      const total = xWeights.reduce((a, b) => a + b);
      const jumps = [
        ...Array.from(x.data, (at, b) => ({ at, by: xWeights[b] / total })),
        ...Array.from(y.data, (at) => ({ at, by: -1 / m })),
      ].sort((a, b) => a.at - b.at);
      let [height, integral] = [0, 0];
      jumps.forEach(({ at, by }, k) => {
        height += by;
        if (k + 1 < jumps.length) integral += height * height * (jumps[k + 1].at - at);
      });
      expect(energyDistance(x, y, { xWeights })).toBeCloseTo(2 * integral, 13); // up to 30² terms of size ≤ 10/n²
    }),
  );
});

test("the energy distance is the definition 2E‖X − Y‖ − E‖X − X′‖ − E‖Y − Y′‖, zero for a sample and itself", () => {
  const [x, y] = [gaussian(1, "x", 7, 3), gaussian(1, "y", 9, 3)];
  const mean = (a: Points, b: Points): number => {
    let sum = 0;
    for (let i = 0; i < a.size; i++) {
      for (let j = 0; j < b.size; j++) sum += Math.hypot(...[0, 1, 2].map((d) => a.data[3 * i + d] - b.data[3 * j + d]));
    }
    return sum / (a.size * b.size);
  };
  expect(energyDistance(x, y)).toBeCloseTo(2 * mean(x, y) - mean(x, x) - mean(y, y), 13);
  expect(energyDistance(x, x)).toBeCloseTo(0, 14);
  expect(energyTest(x, y, { rng: rngOf(1), permutations: 9 }).statistic).toBeCloseTo(energyDistance(x, y), 14);
});

test("the p-value is uniform when both samples come from one distribution", () => {
  const trials = 300;
  const pValues = Float64Array.from({ length: trials }, (_, trial) => {
    const { pValue } = energyTest(gaussian(trial, "x", 10, 2), gaussian(trial, "y", 15, 2), {
      rng: rngOf(trial),
      permutations: 199,
    });
    return pValue - uniform(rngOf(trial), new Float64Array(1))[0] / 200; // the p-value lives on a grid of 200 numbers
  });
  expect(kolmogorov(pValues, (p) => p)).toBeLessThan(2.2);
});

test("a shift by one deviation is found, and so is a difference in shape alone", () => {
  const x = gaussian(2, "x", 60, 2);
  const shifted = points(
    gaussian(2, "y", 60, 2).data.map((v, at) => (at % 2 === 0 ? v + 1 : v)),
    2,
  );
  expect(energyTest(x, shifted, { rng: rngOf(1) }).pValue).toBe(1 / 200); // above all 199 relabellings
  const n = 200;
  const square = points(
    uniform(rngOf(3), new Float64Array(2 * n)).map((u) => (u - 0.5) * Math.sqrt(12)),
    2,
  );
  const signs = points(
    uniform(rngOf(4), new Float64Array(2 * n)).map((u) => (u < 0.5 ? -1 : 1)),
    2,
  ); // same mean and covariance
  expect(energyTest(square, signs, { rng: rngOf(1) }).pValue).toBe(1 / 200);
});

test("samples of repeated points do not reject: relabellings that tie are counted", () => {
  const x = pointsOf([[0.1], [0.7], [0.1], [0.7]]);
  expect(energyTest(x, x, { rng: rngOf(1), permutations: 99 }).pValue).toBe(1);
});

test("what cannot be compared is refused", () => {
  expect(() => energyDistance(zeros(1, 1), zeros(1, 2))).toThrow(/x has dim 1, y has dim 2; expected equal dims/);
  expect(() => energyDistance(zeros(0, 1), zeros(1, 1))).toThrow(/x has no points; expected at least 1/);
  expect(() => energyDistance(zeros(1, 1), zeros(2, 1), { yWeights: [1, -1] })).toThrow(
    /the weights of y are 2 numbers with sum 0/,
  );
  expect(() => energyDistance(pointsOf([[Number.NaN]]), zeros(1, 1))).toThrow(/Cannot use x: row 0 has NaN/);
  expect(() => energyTest(zeros(1, 1), zeros(1, 1), { rng: rngOf(1), permutations: 0 })).toThrow(
    /permutations is 0; expected a positive integer/,
  );
});
