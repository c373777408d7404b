import { expect, test } from "vitest";
import { assignment, squaredDistances } from "../coupling/index.js";
import { gaussianField } from "../field/index.js";
import { points, row, squaredRowDistances } from "../points/index.js";
import { normal, rngOf } from "../random/index.js";
import { condOt } from "../scheduler/index.js";
import { adaptiveSteps } from "./integrator.js";
import { reflowPairs } from "./reflow.js";

const integrator = adaptiveSteps({ rtol: 1e-10, atol: 1e-10 });

test("one-dimensional reflow pairs keep their order, and so are the optimal ones", () => {
  const field = gaussianField(condOt(), { mean: Float64Array.of(3), covariance: Float64Array.of(0.25) });
  const x0 = points(normal(rngOf(1), new Float64Array(40)), 1);
  const { x1 } = reflowPairs(field, x0, { integrator });
  x1.data.forEach((v, b) => {
    // The flow between Gaussians on a line is the increasing map x ↦ 3 + x/2; the solver is good to 1e-10 a step.
    expect(Math.abs(v - (3 + x0.data[b] / 2))).toBeLessThan(1e-8);
  });
  const cost = squaredRowDistances(x0, x1).reduce((sum, c) => sum + c, 0);
  expect(Math.abs(assignment(squaredDistances(x0, x1), 40).cost - cost)).toBeLessThan(1e-9 * cost);
});

test("ends of another time are asked for as in generate, and the starts are the rows given", () => {
  const field = gaussianField(condOt(), { mean: Float64Array.of(1, 0), covariance: Float64Array.of(1, 0, 0, 4) });
  const x1 = points(normal(rngOf(2), new Float64Array(6)), 2);
  const back = reflowPairs(field, x1, { integrator, from: 1, to: 0 });
  expect(back.x0).toBe(x1);
  const again = reflowPairs(field, back.x1, { integrator });
  for (let b = 0; b < 3; b++) {
    row(again.x1, b).forEach((v, d) => {
      expect(Math.abs(v - row(x1, b)[d])).toBeLessThan(1e-7);
    });
  }
});
