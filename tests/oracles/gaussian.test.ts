import {
  condOt,
  cosine,
  gaussianMixture,
  linearVp,
  marginalField,
  mixturePosterior,
  pointSpace,
  pointsOf,
  rk4,
  row,
  rungeKutta,
  solve,
  squareRoot,
  symmetricFunction,
  uniformGrid,
} from "@fluxion/core";
import { describe, expect, test } from "vitest";
import { distance, draws, quantity, velocity } from "./exact.js";

/* O2: Gaussian data N(m, C). With S = α²C + β²I the field is u = α̇m + ½ṠS⁻¹(x − αm) and its flow αm + S^½x₀. */
const m = [1, -0.5, 2];
const C = Float64Array.of(1.3, 0.4, -0.2, 0.4, 0.7, 0.1, -0.2, 0.1, 0.25);
const D = 3;
const posterior = mixturePosterior(gaussianMixture({ means: pointsOf([m]), covariances: { kind: "full", matrices: C } }));

const times = (a: Float64Array, v: ArrayLike<number>): Float64Array =>
  Float64Array.from({ length: D }, (_, p) => a[3 * p] * v[0] + a[3 * p + 1] * v[1] + a[3 * p + 2] * v[2]);
/** f(C) for f of an eigenvalue of C. */
const ofC = (f: (lambda: number) => number): Float64Array => symmetricFunction(C, D, f);

describe.each([condOt(), cosine(), linearVp(), squareRoot()].map((s) => [s.name, s] as const))("%s", (_, scheduler) => {
  const field = marginalField(scheduler, posterior);

  test("u = α̇m + ½ṠS⁻¹(x − αm) and log p = log N(αm, S), up to and at t = 1", () => {
    const x = draws(3, 5, D);
    for (const t of [0, 0.2, 0.7, 0.999, 1]) {
      const { alpha, beta, dAlpha, betaDBeta } = scheduler.at(t);
      const rate = ofC((l) => (alpha * dAlpha * l + betaDBeta) / (alpha ** 2 * l + beta ** 2)); // ½ṠS⁻¹
      const inverse = ofC((l) => 1 / (alpha ** 2 * l + beta ** 2));
      const logDet = [...ofC((l) => Math.log(alpha ** 2 * l + beta ** 2))].reduce(
        (sum, v, at) => (at % 4 === 0 ? sum + v : sum),
        0,
      );
      const [u, log] = [velocity(field, t, x), quantity(field, "logDensity", t, x)];
      for (let b = 0; b < 5; b++) {
        const residual = row(x, b).map((v, d) => v - alpha * m[d]);
        const expected = times(rate, residual).map((v, d) => v + dAlpha * m[d]);
        expect(distance(u.subarray(3 * b, 3 * b + 3), expected)).toBeLessThan(1e-12);
        const square = times(inverse, residual).reduce((sum, v, d) => sum + v * residual[d], 0);
        expect(log[b]).toBeCloseTo(-0.5 * (square + logDet + D * Math.log(2 * Math.PI)), 11);
      }
      const trace = [...rate].reduce((sum, v, at) => (at % 4 === 0 ? sum + v : sum), 0);
      expect(distance(quantity(field, "divergence", t, x), new Float64Array(5).fill(trace))).toBeLessThan(1e-11);
    }
  });
});

test("the flow is x_t = αm + S^½x₀ and ends at m + C^½x₀", () => {
  const x0 = draws(4, 6, D);
  const field = marginalField(condOt(), posterior);
  const grid = uniformGrid(400, { from: 0, to: 1 });
  solve(
    rungeKutta(pointSpace, rk4, x0, grid, {
      onStep(n, t, x) {
        if (n % 100 > 0) return;
        const root = ofC((l) => Math.sqrt(t ** 2 * l + (1 - t) ** 2));
        for (let b = 0; b < 6; b++) {
          const expected = times(root, row(x0, b)).map((v, d) => v + t * m[d]);
          expect(distance(row(x, b), expected), `t = ${t}`).toBeLessThan(1e-9); // h⁴ = 4e-11, times derivatives of S^½
        }
      },
    }),
    field,
  );
});

test("tr Cov(z|x) = tr C(I + s²C)⁻¹ everywhere, and its area up to s is ½ log det(I + s²C)", () => {
  const field = marginalField(condOt(), posterior);
  const x = draws(5, 3, D);
  const spread = (s: number): number => {
    const found = quantity(field, "traceCov", s / (1 + s), x);
    expect(distance(found, new Float64Array(3).fill(found[0]))).toBeLessThan(1e-13);
    return found[0];
  };
  const trace = (a: Float64Array): number => a[0] + a[4] + a[8];
  for (const s of [0, 0.5, 3, 40]) expect(spread(s)).toBeCloseTo(trace(ofC((l) => l / (1 + s * s * l))), 13);
  const [n, end] = [400, 5];
  let area = 0; // Simpson's rule in s
  for (let k = 0; k <= n; k++) {
    const s = (end * k) / n;
    area += ((k === 0 || k === n ? 1 : k % 2 === 1 ? 4 : 2) * (end / n) * s * spread(s)) / 3;
  }
  expect(area).toBeCloseTo(trace(ofC((l) => 0.5 * Math.log(1 + end ** 2 * l))), 8);
});
