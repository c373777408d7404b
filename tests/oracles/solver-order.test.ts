import { condOt, cosine, pointSpace, rungeKutta, solve, tableaus, uniformGrid } from "@fluxion/core";
import { describe, expect, test } from "vitest";
import { logSlope } from "../support/log-slope.js";
import { distance, draws, fieldOver } from "./exact.js";

/* Every method converges to the exact flow with its own order. */
const rows = [
  [-1.5, -1],
  [0, 0.5],
  [1, 2],
  [2.5, -0.5],
  [-0.5, 1.75],
];
const x0 = draws(1, 16, 2);
/** Steps at which the error is well above rounding and the next term of the expansion is small. */
const counts: Record<string, number[]> = {
  euler: [800, 1600, 3200],
  midpoint: [200, 400, 800],
  heun: [200, 400, 800],
  rk4: [100, 200, 400],
  dopri5: [80, 160, 320],
};

describe.each([condOt(), cosine()].map((s) => [s.name, s] as const))("%s", (_, scheduler) => {
  const field = fieldOver(scheduler, rows);
  const ends = { from: 0, to: 0.85 };
  const reference = solve(rungeKutta(pointSpace, tableaus.dopri5, x0, uniformGrid(4000, ends)), field).y;

  test.each(Object.values(tableaus).map((tableau) => [tableau.name, tableau] as const))("%s", (name, tableau) => {
    const errors = counts[name].map((steps) =>
      distance(solve(rungeKutta(pointSpace, tableau, x0, uniformGrid(steps, ends)), field).y.data, reference.data),
    );
    const slope = logSlope(
      counts[name].map((steps) => 1 / steps),
      errors,
    );
    expect(Math.abs(slope - tableau.order), `order ${slope}, errors ${errors}`).toBeLessThan(0.15);
  });
});
