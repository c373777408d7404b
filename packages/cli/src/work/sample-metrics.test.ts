import { normal, points, rngOf, zeros } from "@fluxion/core";
import { expect, it } from "vitest";
import { motionOf, sampleMetrics } from "./sample-metrics.js";

const reference = points(normal(rngOf(1), new Float64Array(40)), 2);
const far = { ...reference, data: reference.data.map((v) => v + 10) };

it("are none for the draws themselves, and tell a shift by its length", () => {
  const metrics = sampleMetrics({ network: far, exact: reference, reference }, rngOf(2));
  if (metrics === undefined) throw new Error("expected metrics of 20 points");
  expect(metrics.exact).toMatchObject({ w1: 0, slicedW2: 0, fidelity: { precision: 1, recall: 1, coverage: 1 } });
  expect(metrics.exact.mmd.mmdSquared).toBeLessThanOrEqual(0);
  expect(metrics.network.w1).toBeCloseTo(10 * Math.SQRT2, 12);
  expect(metrics.network.w2Squared.estimate).toBeCloseTo(200, 10);
  expect(metrics.network.fidelity).toEqual({ precision: 0, recall: 0, density: 0, coverage: 0 });
  expect(metrics.network.mmd.mmdSquared).toBeGreaterThan(5 * metrics.network.mmd.standardError);
});

it("are left out for fewer than eight samples", () => {
  const few = zeros(7, 2);
  expect(sampleMetrics({ network: few, exact: few, reference: few }, rngOf(2))).toBeUndefined();
});

it("the motion of straight lines to the draws is the least: its energy is W2²", () => {
  const { pathEnergy, normalisedPathEnergy } = motionOf(
    [0, 0.5, 1],
    [reference, { ...far, data: far.data.map((v) => v - 5) }, far],
    far,
  );
  expect(pathEnergy).toBeCloseTo(200, 10);
  expect(normalisedPathEnergy).toBeLessThan(1e-12);
});
