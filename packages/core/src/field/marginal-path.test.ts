import { expect, test } from "vitest";
import { atoms } from "../distribution/index.js";
import { points, pointsOf, row } from "../points/index.js";
import { normal, rngOf } from "../random/index.js";
import { condOt, vp } from "../scheduler/index.js";
import { atomPath } from "./atom-path.js";
import { drawMarginal, pointsOnPath } from "./marginal-path.js";

const corners = atoms(
  pointsOf([
    [0, 1],
    [3, -2],
    [3, 4],
  ]),
  [1, 2, 5],
);

test("pointsOnPath is αz + βε, row by row", () => {
  const [z, noise] = [
    pointsOf([
      [1, 2],
      [3, 4],
    ]),
    pointsOf([
      [5, 6],
      [7, 8],
    ]),
  ];
  expect([...pointsOnPath({ alpha: 2, beta: -1 }, z, noise).data]).toEqual([-3, -2, -1, 0]);
});

test("draws of p_t have the mean α·E z and the covariance α²·Cov z + β²·I, within five standard errors", () => {
  for (const [scheduler, bandwidth] of [
    [condOt(), 0],
    [condOt(), 0.5],
    [vp(), 0],
  ] as const) {
    const path = atomPath(scheduler, corners, { bandwidth });
    const t = 0.7;
    const { alpha, beta } = scheduler.at(t);
    const n = 20_000;
    const x = drawMarginal(path, t, rngOf(1), n);
    const mean = [(3 * 2 + 3 * 5) / 8, (1 - 4 + 20) / 8];
    let [traces, squares] = [0, 0];
    for (let b = 0; b < n; b++) {
      const square = row(x, b).reduce((sum, v, d) => sum + (v - alpha * mean[d]) ** 2, 0);
      traces += square / n;
      squares += square ** 2 / n;
    }
    const expected = alpha ** 2 * path.traceCov + 2 * beta ** 2;
    expect(Math.abs(traces - expected) / Math.sqrt((squares - traces ** 2) / n)).toBeLessThan(5);
    for (let d = 0; d < 2; d++) {
      let [sum, square] = [0, 0];
      for (let b = 0; b < n; b++) [sum, square] = [sum + row(x, b)[d], square + row(x, b)[d] ** 2];
      const error = Math.sqrt((square / n - (sum / n) ** 2) / n);
      expect(Math.abs(sum / n - alpha * mean[d]) / error).toBeLessThan(5);
    }
  }
});

test("the same key draws the same points, and their prefix for fewer", () => {
  const path = atomPath(condOt(), corners);
  const [many, few] = [drawMarginal(path, 0.3, rngOf(2), 10), drawMarginal(path, 0.3, rngOf(2), 4)];
  expect(few.data).toEqual(many.data.subarray(0, 8));
});

test("data and noise of one key are independent", () => {
  const n = 20_000;
  const path = atomPath(condOt(), atoms(points(normal(rngOf(3), new Float64Array(500)), 1)));
  // At t = 0 the draw is ε itself, at t = 1 it is z.
  const [noise, z] = [drawMarginal(path, 0, rngOf(4), n), drawMarginal(path, 1, rngOf(4), n)];
  const product = noise.data.map((e, b) => e * z.data[b]);
  const mean = product.reduce((sum, v) => sum + v, 0) / n;
  const square = product.reduce((sum, v) => sum + v * v, 0) / n;
  const shift = (noise.data.reduce((sum, v) => sum + v, 0) / n) * (z.data.reduce((sum, v) => sum + v, 0) / n);
  expect(Math.abs(mean - shift) / Math.sqrt(square / n)).toBeLessThan(5);
});
