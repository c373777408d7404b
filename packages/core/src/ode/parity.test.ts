import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { distance, fieldOf, pointOf } from "../../../../tests/support/ode-problems.js";
import { type Points, points, row } from "../points/index.js";
import { adaptive } from "./adaptive.js";
import { dopri5 } from "./dormand-prince.js";
import { rungeKutta } from "./runge-kutta.js";
import { solve } from "./solve.js";
import { euler, heun, midpoint, type Tableau } from "./tableau.js";
import { type GridEnds, stepGrid } from "./time-grid.js";
import type { VectorField } from "./vector-field.js";
import { pointSpace } from "./vector-space.js";

/*
 * Agreement with the solvers of flow_matching 1.0.10, which are those of torchdiffeq. Its `step_size` h between the ends
 * of a `time_grid` is `stepGrid(h, { from, to })`: steps of h from the start, the last one shortened; its `step_size=None`
 * is one step from each time to the next, a grid as it is. Its "rk4" is Kutta's 3/8 rule and its "heun3" Heun's method of
 * order 3: tables of ours that a user writes, as here.
 */
const kutta38: Tableau = {
  name: "kutta38",
  order: 4,
  a: [[], [1 / 3], [-1 / 3, 1], [1, -1, 1]],
  b: [1 / 8, 3 / 8, 3 / 8, 1 / 8],
  c: [0, 1 / 3, 2 / 3, 1],
};
const heun3: Tableau = { name: "heun3", order: 3, a: [[], [1 / 3], [0, 2 / 3]], b: [1 / 4, 0, 3 / 4], c: [0, 1 / 3, 2 / 3] };
const theirs: Record<string, Tableau> = { euler, midpoint, heun2: heun, heun3, rk4: kutta38 };

const parity = JSON.parse(readFileSync(new URL("../../../../tests/parity/flow_matching.json", import.meta.url), "utf8"));

/** Solves as the key of a result says: "midpoint,0.1" or "dopri5,None", the latter at their default tolerance 1e-5. */
function solveAs(key: string, y0: Points, field: VectorField, ends: Required<GridEnds>): Points {
  const [method, step] = key.split(",");
  if (step === "None") {
    const { y, status } = solve(adaptive(pointSpace, dopri5, y0, [ends.from, ends.to], { rtol: 1e-5, atol: 1e-5 }), field);
    expect([method, status]).toEqual(["dopri5", "done"]);
    return y;
  }
  return solve(rungeKutta(pointSpace, theirs[method], y0, stepGrid(Number(step), ends)), field).y;
}

describe("the field 3t²", () => {
  const { x_init, results } = parity.ode_dummy_3t2 as { x_init: number[]; results: Record<string, number[]> };

  test.each(Object.entries(results))("%s ends where theirs does", (key, expected) => {
    const y = solveAs(
      key,
      points(Float64Array.from(x_init), 1),
      fieldOf((t) => [3 * t * t]),
      { from: 0, to: 1 },
    );
    expect(distance(y, expected)).toBeLessThan(1e-12); // up to 1000 steps, each rounded a few times at the size 2
  });
});

describe("the likelihood under the field cos(t)·A·x", () => {
  const { A, x_1, results } = parity.likelihood_linear as {
    A: number[][];
    x_1: number[][];
    results: Record<string, { x0: number[][]; logp: number[] }>;
  };
  const trace = A[0][0] + A[1][1];
  /** The third coordinate adds up the divergence along the way. */
  const field = fieldOf((t, [x, y]) => {
    const c = Math.cos(t);
    return [c * (A[0][0] * x + A[0][1] * y), c * (A[1][0] * x + A[1][1] * y), c * trace];
  });
  const ends = { from: 1, to: 0 };
  const data = points(Float64Array.from(x_1.flatMap(([x, y]) => [x, y, 0])), 3);
  /** log p_1(x_1) = log p_0(x_0) − ∫₀¹ ∇·u dt, and backwards in time the sum is minus the integral. */
  const logDensity = ([x, y, sum]: Float64Array): number => -(x * x + y * y) / 2 - Math.log(2 * Math.PI) + sum;

  test.each(Object.entries(results))("%s agrees with theirs", (key, { x0, logp }) => {
    const y = solveAs(key, data, field, ends);
    // Fixed steps are the same sums but for rounding; the adaptive methods choose other steps, each at the tolerance 1e-5.
    const tolerance = key.endsWith("None") ? 1e-4 : 1e-13;
    x0.forEach((expected, b) => {
      expect(distance(pointOf(...row(y, b).subarray(0, 2)), expected)).toBeLessThan(tolerance);
      expect(Math.abs(logDensity(row(y, b)) - logp[b])).toBeLessThan(tolerance);
    });
  });

  test("with a small tolerance meets x_0 = exp(−A sin 1) x_1 and log p_1 = log p_0(x_0) − tr(A) sin 1", () => {
    const { y } = solve(adaptive(pointSpace, dopri5, data, [1, 0], { rtol: 1e-11, atol: 1e-11 }), field);
    // A = 0.4·I + B with B² = −0.99·I, so exp(sA) = e^(0.4s)·(cos(ws)·I + sin(ws)/w·B), w = √0.99.
    const [s, w] = [-Math.sin(1), Math.sqrt(0.99)];
    const [growth, even, odd] = [Math.exp(0.4 * s), Math.cos(w * s), Math.sin(w * s) / w];
    x_1.forEach(([a, b], n) => {
      const expected = [growth * (even * a + odd * (0.1 * a - b)), growth * (even * b + odd * (a - 0.1 * b)), trace * s];
      expect(distance(pointOf(...row(y, n)), expected)).toBeLessThan(1e-10);
    });
  });
});
