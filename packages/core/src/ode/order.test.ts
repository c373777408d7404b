import { describe, expect, test } from "vitest";
import { logSlope } from "../../../../tests/support/log-slope.js";
import {
  distance,
  logistic,
  type Problem,
  pointOf,
  problems,
  sine,
  spin,
  witch,
} from "../../../../tests/support/ode-problems.js";
import { type Points, zerosLike } from "../points/index.js";
import { adaptive } from "./adaptive.js";
import { denseSolution } from "./dense-solution.js";
import { dopri5 } from "./dormand-prince.js";
import { rungeKutta } from "./runge-kutta.js";
import { solve } from "./solve.js";
import type { EmbeddedTableau, Tableau } from "./tableau.js";
import { tableaus } from "./tableaus.js";
import { uniformGrid } from "./time-grid.js";
import { pointSpace } from "./vector-space.js";

/** Numbers of steps with an error well below 1 and well above rounding, 1e-16 a step. */
const counts: Record<string, readonly number[]> = {
  euler: [512, 1024, 2048, 4096],
  midpoint: [64, 128, 256, 512],
  heun: [64, 128, 256, 512],
  rk4: [64, 96, 128, 192, 256],
  dopri5: [64, 96, 128, 192, 256],
};

/** Keeps the largest error of a solve in `worst`: at one time an error may vanish by chance, as on a periodic solution. */
function watch({ exact }: Problem): { worst: number; onStep: (n: number, t: number, y: Points) => void } {
  const seen = {
    worst: 0,
    onStep(_: number, t: number, y: Points) {
      seen.worst = Math.max(seen.worst, distance(y, exact(t)));
    },
  };
  return seen;
}

const evaluations: Record<string, number> = { euler: 1, midpoint: 2, heun: 2, rk4: 4, dopri5: 6 };

function largestError(tableau: Tableau, problem: Problem, steps: number): number {
  const { field, from, exact } = problem;
  const seen = watch(problem);
  const y0 = pointOf(...exact(from));
  const { nfe } = solve(rungeKutta(pointSpace, tableau, y0, uniformGrid(steps, problem), seen), field);
  expect(nfe).toBe(steps * evaluations[tableau.name]);
  return seen.worst;
}

const backwards = (problem: Problem): Problem => ({
  ...problem,
  name: `${problem.name}, backwards`,
  from: problem.to,
  to: problem.from,
});

describe.each(Object.values(tableaus) as Tableau[])("$name", (tableau) => {
  test.each([...problems, ...[logistic, spin, sine].map(backwards)])("converges with its order on $name", (problem) => {
    const steps = counts[tableau.name];
    const errors = steps.map((count) => largestError(tableau, problem, count));
    const slope = logSlope(
      steps.map((count) => 1 / count),
      errors,
    );
    expect(Math.abs(slope - tableau.order)).toBeLessThan(0.15);
  });
});

/** The largest error over one step of length h, relative to nothing: a local error. */
function localError(tableau: EmbeddedTableau, { field, exact }: Problem, t: number, h: number): number {
  const dense = denseSolution(pointSpace);
  const y0 = pointOf(...exact(t));
  const options = { atol: 1e9, initialStep: h, onSegment: dense.onSegment };
  solve(adaptive(pointSpace, tableau, y0, [t, t + h], options), field);
  expect(dense.times).toEqual([t, t + h]);
  const out = zerosLike(y0);
  return Math.max(...[0.2, 0.35, 0.5, 0.65, 0.8].map((theta) => distance(dense.at(t + theta * h, out), exact(t + theta * h))));
}

describe("dense output", () => {
  const lengths = [0.04, 0.03, 0.02, 0.015, 0.01];
  const { dense: _, ...cubic } = dopri5;

  // An interpolant of order p has a local error of order p + 1.
  test.each([witch, spin])("of dopri5 has order 4 inside a step of $name", (problem) => {
    const errors = lengths.map((h) => localError(dopri5, problem, 1, h));
    expect(Math.abs(logSlope(lengths, errors) - 5)).toBeLessThan(0.15);
  });

  test.each([witch, spin])("without dense weights has order 3 inside a step of $name", (problem) => {
    const errors = lengths.map((h) => localError(cubic, problem, 1, h));
    expect(Math.abs(logSlope(lengths, errors) - 4)).toBeLessThan(0.15);
  });
});

test.each(problems)("the error of dopri5 is proportional to the tolerance on $name", (problem) => {
  const { field, from, to, exact } = problem;
  const tolerances = [1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11];
  const errors = tolerances.map((tol) => {
    const seen = watch(problem);
    const { status } = solve(
      adaptive(pointSpace, dopri5, pointOf(...exact(from)), [from, to], { rtol: tol, atol: tol, onStep: seen.onStep }),
      field,
    );
    expect(status).toBe("done");
    return seen.worst;
  });
  expect(Math.abs(logSlope(tolerances, errors) - 1)).toBeLessThan(0.15);
  // These problems do not amplify errors, and the estimate is that of the less accurate result: the sum over the steps of
  // what is really committed stays near one tolerance.
  for (const [i, tol] of tolerances.entries()) expect(errors[i]).toBeLessThan(5 * tol);
});
