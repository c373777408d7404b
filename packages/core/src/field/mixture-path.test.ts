import { expect, test } from "vitest";
import { gaussianMixture } from "../distribution/index.js";
import { pointsOf } from "../points/index.js";
import { rngOf } from "../random/index.js";
import { condOt } from "../scheduler/index.js";
import { drawMarginal } from "./marginal-path.js";
import { mixturePath } from "./mixture-path.js";

const path = mixturePath(
  condOt(),
  gaussianMixture({
    means: pointsOf([
      [-2, 0],
      [2, 1],
    ]),
    covariances: { kind: "full", matrices: [0.5, 0.1, 0.1, 0.2, 1, -0.3, -0.3, 0.4] },
    weights: [1, 3],
  }),
);

test("it knows the total variance of the mixture: within and between its components", () => {
  const within = 0.25 * (0.5 + 0.2) + 0.75 * (1 + 0.4);
  const between = 0.25 * 0.75 * (4 ** 2 + 1 ** 2);
  expect(path.traceCov).toBeCloseTo(within + between, 13);
  expect(path.entropy).toBe(Infinity);
});

test("its draws of p_t have the density of its field: the mean score over p_t is zero", () => {
  const n = 4000;
  for (const t of [0, 0.4, 1]) {
    const x = drawMarginal(path, t, rngOf(3), n);
    const { score } = path.field.quantities(t, x, ["score"]).values;
    for (const d of [0, 1]) {
      const draws = Float64Array.from({ length: n }, (_, b) => score?.[2 * b + d] ?? Number.NaN);
      const mean = draws.reduce((sum, v) => sum + v, 0) / n;
      const variance = draws.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (n - 1);
      expect(Math.abs(mean)).toBeLessThan(5 * Math.sqrt(variance / n)); // five standard errors
    }
  }
});
