import { toySetNames } from "@fluxion/core";
import { expect, it } from "vitest";
import { cellCentres } from "../geometry/frame.js";
import { balanceAt, balanceHere, conditionalMap, largest, marginalMap } from "./maps.js";
import { DATA_POINTS, modelOf } from "./model.js";

it.each(toySetNames)("balances both sides of the continuity equation on %s, and agrees with differences in time", (data) => {
  const model = modelOf({ data, seed: 2 });
  const cells = cellCentres(model.reach, 12);
  for (const t of [0, 0.3, 0.7, 0.95]) {
    const { timeDerivative, inflow, residual } = balanceAt(model, t, cells);
    // Both sides are p times rates of up to ‖x − tz‖²/β³ ≤ 4e5 whose terms cancel: 1e-16 of those, times p ≤ 1/(2πβ²).
    const scale = largest(timeDerivative) + largest(inflow);
    expect(largest(residual)).toBeLessThan(1e-10 * scale);
    expect(scale).toBeGreaterThan(1e-3);
    if (t === 0) continue;
    const h = 1e-5 * (1 - t);
    const [before, after] = [marginalMap(model, t - h, cells), marginalMap(model, t + h, cells)];
    const difference = timeDerivative.map((_, b) => ((after[b] ?? 0) - (before[b] ?? 0)) / (2 * h));
    // Central differences err by h²·p‴/6 ~ 1e-10·(‖x‖/β)⁶ relative and by rounding 1e-16·p/h ~ 1e-11/β: 1e-4 covers both.
    expect(largest(difference.map((v, b) => v - (timeDerivative[b] ?? 0)))).toBeLessThan(1e-4 * scale);
  }
});

it("says at the chosen point what the map says in that cell", () => {
  const model = modelOf({ data: "spirals", seed: 0 });
  const cells = cellCentres(model.reach, 9);
  const map = balanceAt(model, 0.6, cells);
  const x = [cells.data[62] ?? 0, cells.data[63] ?? 0] as const;
  expect(balanceHere(model, { x, t: 0.6 })).toEqual({
    timeDerivative: map.timeDerivative[31],
    inflow: map.inflow[31],
    residual: map.residual[31],
    wrong: map.wrong[31],
  });
});

it.each(toySetNames)("finds that the plain mean of the velocities carries p_t of %s at t = 0 only", (data) => {
  const model = modelOf({ data, seed: 2 });
  const cells = cellCentres(model.reach, 12);
  const share = (t: number): number => {
    const { timeDerivative, wrong } = balanceAt(model, t, cells);
    return largest(wrong) / largest(timeDerivative);
  };
  expect(share(0)).toBeLessThan(1e-12); // the posterior is the prior: the means agree, to rounding
  expect(share(0.5)).toBeGreaterThan(0.05);
  expect(share(0.9)).toBeGreaterThan(0.5);
});

it("averages conditional paths into the marginal path", () => {
  const model = modelOf({ data: "circles", seed: 3 });
  const cells = cellCentres(model.reach, 10);
  const mean = new Float64Array(cells.size);
  for (let i = 0; i < DATA_POINTS; i++) {
    conditionalMap(model, 0.4, i, cells).forEach((p, b) => {
      mean[b] = (mean[b] ?? 0) + p / DATA_POINTS;
    });
  }
  // 200 sums of numbers below 1, each with an exponential right to a few roundings.
  expect([...marginalMap(model, 0.4, cells)]).toEqual([...mean].map((p) => expect.closeTo(p, 13)));
});
