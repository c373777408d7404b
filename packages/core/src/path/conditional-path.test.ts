import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Points, points, pointsOf } from "../points/index.js";
import { normal, rngOf } from "../random/index.js";
import { condOt, cosine, linearVp, polynomial, type Scheduler, squareRoot, vp } from "../scheduler/index.js";
import {
  conditionalDivergence,
  conditionalLogDensity,
  conditionalScore,
  conditionalTimeDerivative,
  conditionalVelocity,
} from "./conditional-path.js";

const schedulers = [
  condOt(),
  condOt({ sigmaMin: 0.2 }),
  polynomial(3),
  polynomial(0.5),
  cosine(),
  linearVp(),
  vp(),
  squareRoot(),
];
const inner = fc.double({ min: 0.05, max: 0.95, noNaN: true });
const seed = fc.integer({ min: 0, max: 1e6 });
const B = 3;
const D = 4;

const draw = (key: number): Points => points(normal(rngOf(key), new Float64Array(B * D)), D);
const onPath = (scheduler: Scheduler, t: number, noise: Points, z: Points): Points => {
  const { alpha, beta } = scheduler.at(t);
  return points(
    z.data.map((v, d) => alpha * v + beta * noise.data[d]),
    D,
  );
};

/** f'(t) over five points at spacing h. */
const slope = (f: (t: number) => number, t: number, h: number): number =>
  (8 * (f(t + h) - f(t - h)) - (f(t + 2 * h) - f(t - 2 * h))) / (12 * h);
const largest = (values: ArrayLike<number>): number => Array.from(values).reduce((top, v) => Math.max(top, Math.abs(v)), 0);

describe.each(schedulers.map((scheduler) => [scheduler.name, scheduler] as const))("%s", (_, scheduler) => {
  test("the conditional velocity is the time derivative of the flow map ε ↦ αz + βε", () => {
    fc.assert(
      fc.property(inner, seed, (t, key) => {
        const [noise, z] = [draw(key), draw(key + 1)];
        const at = scheduler.at(t);
        const ut = conditionalVelocity(at, onPath(scheduler, t, noise, z), z);
        const scale = (Math.abs(at.dAlpha) + Math.abs(at.dBeta) + 1 / Math.min(t, 1 - t)) * 4;
        for (let d = 0; d < B * D; d++) {
          const flow = (u: number): number => scheduler.at(u).alpha * z.data[d] + scheduler.at(u).beta * noise.data[d];
          // h is a 300th of the distance to an end: truncation 3e-10, rounding 3e-14/h·… of the scale.
          expect(Math.abs(slope(flow, t, Math.min(t, 1 - t) / 300) - ut.data[d])).toBeLessThan(1e-8 * scale);
        }
      }),
    );
  });

  test("the conditional continuity equation ∂_t log p + ∇·u + u·∇ log p = 0 holds to rounding", () => {
    fc.assert(
      fc.property(inner, seed, (t, key) => {
        const at = scheduler.at(t);
        const [x, z] = [draw(key), draw(key + 1)];
        const [u, score] = [conditionalVelocity(at, x, z).data, conditionalScore(at, x, z).data];
        const rate = conditionalTimeDerivative(at, x, z);
        for (let b = 0; b < B; b++) {
          let [flux, size] = [conditionalDivergence(at, D), 0];
          for (let d = b * D; d < (b + 1) * D; d++) {
            flux += u[d] * score[d];
            size +=
              (Math.abs(at.dAlpha * z.data[d]) + Math.abs((at.dBeta / at.beta) * x.data[d]) + Math.abs(u[d])) *
              Math.abs(score[d]);
          }
          // A dozen roundings a term; x − αz may cancel, which the sizes before the difference account for.
          const cancelled =
            (1 / at.beta ** 3) * (1 + largest(x.data) + largest(z.data)) ** 2 * (1 + Math.abs(at.dBeta) + at.dAlpha);
          expect(Math.abs(rate[b] + flux)).toBeLessThan(64 * Number.EPSILON * (Math.abs(rate[b]) + size + cancelled));
        }
      }),
    );
  });

  test("∂_t log p_t(x|z) and ∇ log p_t(x|z) are the derivatives of log p_t(x|z)", () => {
    fc.assert(
      fc.property(inner, seed, (t, key) => {
        const at = scheduler.at(t);
        const z = draw(key + 1);
        const x = onPath(scheduler, t, draw(key), z);
        const rate = conditionalTimeDerivative(at, x, z);
        const score = conditionalScore(at, x, z);
        const r = Math.min(t, 1 - t);
        for (let b = 0; b < B; b++) {
          const inTime = slope((u) => conditionalLogDensity(scheduler.at(u), x, z)[b], t, (r * at.beta) / 2000);
          // ‖x − αz‖²/2β² has derivatives of order (k+1)!·D·(scale/β)²/r^k: truncation below 1e-8 of that.
          expect(Math.abs(inTime - rate[b])).toBeLessThan(1e-6 * (Math.abs(rate[b]) + (20 * D) / (r * at.beta ** 2)));
          const along = (h: number): number => {
            const moved = points(x.data.slice(), D);
            moved.data[b * D] += h;
            return conditionalLogDensity(at, moved, z)[b];
          };
          const inSpace = (along(at.beta) - along(-at.beta)) / (2 * at.beta); // exact: log p is quadratic in x
          expect(Math.abs(inSpace - score.data[b * D])).toBeLessThan(
            (1e-13 * (1 + largest(score.data) * at.beta) ** 2) / at.beta,
          );
        }
      }),
    );
  });

  test("∇·u_t(x|z) is the trace of the Jacobian, exactly: u is linear in x", () => {
    fc.assert(
      fc.property(inner, seed, (t, key) => {
        const at = scheduler.at(t);
        const z = draw(key);
        const zero = conditionalVelocity(at, points(new Float64Array(B * D), D), z).data;
        const one = conditionalVelocity(at, points(new Float64Array(B * D).fill(1), D), z).data;
        let trace = 0;
        for (let d = 0; d < D; d++) trace += one[d] - zero[d];
        expect(Math.abs(trace - conditionalDivergence(at, D))).toBeLessThan(64 * Number.EPSILON * (largest(one) + largest(zero)));
      }),
    );
  });
});

test("p_t(x|z) integrates to one and has mean αz and deviation β", () => {
  const at = condOt().at(0.7);
  const [z, n] = [1.4, 4000];
  let [mass, mean, variance] = [0, 0, 0];
  for (let i = 0; i <= n; i++) {
    const x = -8 + (16 * i) / n; // the trapezoid rule converges geometrically for a Gaussian
    const p = Math.exp(conditionalLogDensity(at, pointsOf([[x]]), pointsOf([[z]]))[0]) * (16 / n);
    mass += p;
    mean += p * x;
    variance += p * (x - at.alpha * z) ** 2;
  }
  expect(mass).toBeCloseTo(1, 12);
  expect(mean).toBeCloseTo(at.alpha * z, 12);
  expect(variance).toBeCloseTo(at.beta ** 2, 12);
});

test("where p_t(x|z) is a point mass, or a slope is infinite, there is no answer and a reason", () => {
  const x = pointsOf([[0, 0]]);
  const end = condOt().at(1);
  const density = [conditionalLogDensity, conditionalScore, conditionalVelocity, conditionalTimeDerivative];
  for (const f of density) expect(() => f(end, x, x)).toThrow(/: β is 0, so that p_t\(x\|z\) is a point mass; expected β > 0$/);
  expect(() => conditionalDivergence(end, 2)).toThrow("Cannot evaluate the conditional divergence: β is 0");
  const start = polynomial(0.5).at(0);
  for (const f of [conditionalVelocity, conditionalTimeDerivative]) {
    expect(() => f(start, x, x)).toThrow(/: \(α̇, β̇\) is \(Infinity, -Infinity\); expected a time at which both are finite$/);
  }
  for (const f of density)
    expect(() => f(condOt().at(0.5), x, pointsOf([[1]]))).toThrow(/x is \[1, 2\], z is \[1, 1\]; expected equal/);
});
