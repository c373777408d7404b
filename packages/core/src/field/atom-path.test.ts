import { expect, test } from "vitest";
import { atoms, gaussianSource } from "../distribution/index.js";
import { pointsOf, row } from "../points/index.js";
import { normal, rngOf } from "../random/index.js";
import { condOt } from "../scheduler/index.js";
import { atomPath } from "./atom-path.js";

const data = atoms(pointsOf([[0], [3], [3], [-1]])); // 3 has twice the weight

test("it knows the entropy and the variance of its data", () => {
  const path = atomPath(condOt(), data);
  expect(path.entropy).toBeCloseTo(1.5 * Math.LN2, 14); // weights ¼, ½, ¼
  expect(path.traceCov).toBeCloseTo((0 + 9 + 9 + 1) / 4 - (5 / 4) ** 2, 14);
  const smooth = atomPath(condOt(), data, { bandwidth: 0.5 });
  expect(smooth.entropy).toBe(Infinity);
  expect(smooth.traceCov).toBeCloseTo(path.traceCov + 0.25, 14);
  expect([path.field.posterior.singularAtData, smooth.field.posterior.singularAtData]).toEqual([true, false]);
});

test("it draws atoms with their weights, and with the width of the kernel around them", () => {
  const n = 20_000;
  const drawn = atomPath(condOt(), data).drawData(rngOf(1), n);
  const counts = new Map<number, number>();
  for (const v of drawn.data) counts.set(v, (counts.get(v) ?? 0) + 1);
  expect([...counts.keys()].sort()).toEqual([-1, 0, 3]);
  // five standard errors of a binomial proportion
  expect(Math.abs((counts.get(3) ?? 0) / n - 0.5)).toBeLessThan(5 * Math.sqrt(0.25 / n));
  const smooth = atomPath(condOt(), data, { bandwidth: 0.1 }).drawData(rngOf(1), n);
  let square = 0;
  for (let b = 0; b < n; b++) {
    const [v] = row(smooth, b);
    square += Math.min(...[-1, 0, 3].map((z) => (v - z) ** 2)) / n;
  }
  expect(Math.abs(square - 0.01)).toBeLessThan(5 * 0.01 * Math.sqrt(2 / n)); // variance of ε² is 2
});

test("its source is N(0, I) unless another is given, whose draws and score the path then has", () => {
  const path = atomPath(condOt(), data);
  expect(path.drawSource(rngOf(2), 5).data).toEqual(normal(rngOf(2), new Float64Array(5)));
  const source = gaussianSource({ variances: [4] });
  const wide = atomPath(condOt(), data, { source });
  const n = 20_000;
  const drawn = wide.drawSource(rngOf(2), n).data;
  const variance = drawn.reduce((sum, v) => sum + v * v, 0) / n;
  expect(Math.abs(variance - 4)).toBeLessThan(5 * 4 * Math.sqrt(2 / n)); // five standard errors of a Gaussian's variance
  const at = wide.field.quantities(0, pointsOf([[3]]), ["score"]).values.score;
  expect(at?.[0]).toBeCloseTo(-3 / 4, 14); // at t = 0 the path is the source
});

test("it refuses smoothed data under another source, and a negative width", () => {
  const source = gaussianSource({ variances: [4] });
  expect(() => atomPath(condOt(), data, { source, bandwidth: 0.1 })).toThrow(/Cannot bind a mixture/);
  expect(() => atomPath(condOt(), data, { bandwidth: -1 })).toThrow(/Cannot smooth the data: the bandwidth is -1/);
});
