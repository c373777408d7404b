import { expect, test } from "vitest";
import { pointsOf } from "../points/index.js";
import { atoms } from "./atoms.js";
import { normaliseWeights, weightEntropy, weightsOrEqual } from "./weights.js";

test("weights are normalised whatever their unit", () => {
  const { logWeights, cumulative } = normaliseWeights(Float64Array.of(2, 6), "the data");
  expect(Math.exp(logWeights[0])).toBeCloseTo(0.25, 15);
  expect(Math.exp(logWeights[1])).toBeCloseTo(0.75, 15);
  expect([...cumulative]).toEqual([2, 8]);
  expect([...weightsOrEqual(undefined, 3, "the data")]).toEqual([1, 1, 1]);
});

test("N equal weights have entropy log N", () => {
  for (const n of [1, 2, 1000]) {
    const { logWeights } = normaliseWeights(new Float64Array(n).fill(0.3), "the data");
    expect(Math.abs(weightEntropy(logWeights) - Math.log(n))).toBeLessThan(n * Number.EPSILON * (1 + Math.log(n))); // n additions
  }
});

test("the entropy of unequal weights is −Σ π log π, and does not see in how many rows a point was written", () => {
  const expected = -(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25));
  expect(weightEntropy(atoms(pointsOf([[0], [1]]), [3, 1]).logWeights)).toBeCloseTo(expected, 15);
  expect(weightEntropy(atoms(pointsOf([[0], [1], [0], [-0]])).logWeights)).toBeCloseTo(expected, 15);
});
