import { expect, test } from "vitest";
import { points } from "../points/index.js";
import { type Estimate, fork, normal, rngOf } from "../random/index.js";
import { couplingBias } from "./coupling-bias.js";
import { independentCoupling, otCoupling, partialCoupling, sinkhornCoupling } from "./couplings.js";
import { labelCoupling } from "./label-coupling.js";
import { squaredDistances } from "./squared-distances.js";

const N = 120;
const x0 = points(normal(fork(rngOf(1), "x0"), new Float64Array(2 * N)), 2);
/** Two classes far apart. */
const labels = Array.from({ length: N }, (_, i) => i % 2);
const x1 = points(
  normal(fork(rngOf(1), "x1"), new Float64Array(2 * N)).map(
    (v, at) => 0.3 * v + (at % 2 === 0 ? 4 * (labels[at >> 1] - 0.5) : 0),
  ),
  2,
);
const options = { rng: rngOf(2), batch: 16, batches: 200, labels };

/** Five standard errors, of an estimate that is unbiased. */
const near = (measured: Estimate | undefined, value: number) => {
  const { mean, standardError } = measured ?? { mean: Number.NaN, standardError: Number.NaN };
  expect(Math.abs(mean - value)).toBeLessThan(5 * standardError);
};

test("independent pairs cost the mean over all pairs, keep both ends, and their noise knows no class", () => {
  const bias = couplingBias(independentCoupling(), x0, x1, options);
  near(bias.cost, squaredDistances(x0, x1).reduce((sum, c) => sum + c, 0) / N ** 2);
  near(bias.end0, 0);
  near(bias.end1, 0);
  near(bias.sourceShift, 0);
  expect(bias.excess?.mean).toBeCloseTo(bias.cost.mean - (bias.leastCost ?? Number.NaN), 12);
});

test("minibatch transport keeps both ends; its cost falls to the least one as batches grow", () => {
  const excess = [4, 16, 64].map((batch) => {
    const bias = couplingBias(otCoupling(), x0, x1, { ...options, batch, batches: 150 });
    near(bias.end0, 0);
    near(bias.end1, 0);
    return bias.excess ?? { mean: Number.NaN, standardError: Number.NaN };
  });
  for (const { mean, standardError } of excess) expect(mean).toBeGreaterThan(3 * standardError);
  expect(excess[1].mean).toBeLessThan(0.6 * excess[0].mean);
  expect(excess[2].mean).toBeLessThan(0.6 * excess[1].mean);
});

test("transport gives each class its own noise, and transport within classes does not", () => {
  const across = couplingBias(otCoupling(), x0, x1, options).sourceShift;
  const within = couplingBias(labelCoupling(), x0, x1, options).sourceShift;
  // Each class takes its half of the plane: E[x0 | half] = √(2/π), so the shift is near 2/π.
  expect(across?.mean).toBeGreaterThan(0.4);
  expect(across?.mean).toBeLessThan(0.8);
  near(within, 0);
});

test("couplings that leave rows out do not keep the ends, and the numbers say so", () => {
  for (const coupling of [partialCoupling(0.5), sinkhornCoupling({ epsilon: 0.2, marginalPenalty: 1 })]) {
    const { end0 } = couplingBias(coupling, x0, x1, { rng: rngOf(3), batch: 16, batches: 300 });
    expect(end0.mean).toBeGreaterThan(5 * end0.standardError);
  }
});

test("numbers of batches that allow no error bar are refused", () => {
  expect(() => couplingBias(otCoupling(), x0, x1, { rng: rngOf(1), batch: 4, batches: 2 })).toThrow(
    "Cannot measure the coupling: 2 batches of 4 rows are asked for; expected at least 3 of at least 1",
  );
});
