import { expect, test } from "vitest";
import { rngOf, uniform } from "../random/index.js";
import { planCost, planMarginals, sampleEachRow, samplePlan, type TransportPlan } from "./transport-plan.js";

const raw = uniform(rngOf(1), new Float64Array(12)).map((u, at) => (at % 5 === 0 ? 0 : u));
const total = raw.reduce((sum, v) => sum + v, 0);
const plan: TransportPlan = { rows: 3, columns: 4, mass: raw.map((v) => v / total) };
const DRAWS = 20_000;

/** Five standard deviations of a binomial count. */
const spread = (p: number, count: number): number => 5 * Math.sqrt(count * p * (1 - p)) + 1e-9;

test("pairs are drawn as often as the plan has mass, and never where it has none", () => {
  const { rows0, rows1 } = samplePlan(rngOf(2), plan, DRAWS);
  const counts = new Float64Array(12);
  rows0.forEach((i, k) => {
    counts[i * 4 + rows1[k]]++;
  });
  plan.mass.forEach((p, at) => {
    expect(Math.abs(counts[at] - p * DRAWS)).toBeLessThanOrEqual(p === 0 ? 0 : spread(p, DRAWS));
  });
});

test("with one partner for each row, rows come once and in order, and partners as often as π(j|i)", () => {
  const counts = new Float64Array(12);
  const rounds = 4000;
  for (let k = 0; k < rounds; k++) {
    const { rows0, rows1 } = sampleEachRow(rngOf(k), plan);
    expect([...rows0]).toEqual([0, 1, 2]);
    rows1.forEach((j, i) => {
      counts[i * 4 + j]++;
    });
  }
  const [rows] = planMarginals(plan);
  plan.mass.forEach((p, at) => {
    const share = p / rows[Math.floor(at / 4)];
    expect(Math.abs(counts[at] - share * rounds)).toBeLessThanOrEqual(share === 0 ? 0 : spread(share, rounds));
  });
});

test("a row without mass has no pair, and a plan without mass none at all", () => {
  const { rows0, rows1 } = sampleEachRow(rngOf(1), { rows: 2, columns: 2, mass: Float64Array.of(0, 0, 0, 1) });
  expect([[...rows0], [...rows1]]).toEqual([[1], [1]]);
  const empty = { rows: 1, columns: 1, mass: Float64Array.of(0) };
  expect(() => sampleEachRow(rngOf(1), empty)).toThrow("every mass of the plan is 0; expected a positive one");
  expect(() => samplePlan(rngOf(1), empty, 1)).toThrow(/^Cannot sum weights/);
});

test("cost and marginals are the sums they are named after", () => {
  const tiny = { rows: 2, columns: 2, mass: Float64Array.of(0.5, 0.25, 0, 0.25) };
  expect(planCost(tiny, Float64Array.of(1, 2, 3, 4))).toBe(2);
  expect(planMarginals(tiny).map((m) => [...m])).toEqual([
    [0.75, 0.25],
    [0.5, 0.5],
  ]);
});
