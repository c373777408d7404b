import fc from "fast-check";
import { expect, test } from "vitest";
import type { VectorField } from "../ode/index.js";
import { type Points, points, pointsOf, zerosLike } from "../points/index.js";
import { normal, rngOf } from "../random/index.js";
import { condOt, cosine, linearVp, polynomial, type Scheduler, squareRoot, vp } from "../scheduler/index.js";
import { changeOfScheduler, changeScheduler } from "./change-scheduler.js";

/** The exact field of data N(m, v·I) under a scheduler: u = α̇m + (αα̇v + ββ̇)/(α²v + β²)·(x − αm). */
const gaussianField = (scheduler: Scheduler, mean: number, variance: number): VectorField => ({
  evaluate(t: number, x: Points, out: Points): Points {
    const { alpha, beta, dAlpha, betaDBeta } = scheduler.at(t);
    const rate = (alpha * dAlpha * variance + betaDBeta) / (alpha * alpha * variance + beta * beta);
    x.data.forEach((v, d) => {
      out.data[d] = dAlpha * mean + rate * (v - alpha * mean);
    });
    return out;
  },
});

const smooth = [condOt(), cosine(), linearVp(), squareRoot(), polynomial(2)];

test("the exact field of one scheduler becomes the exact field of another", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...smooth, vp()),
      fc.constantFrom(...smooth, vp(), condOt({ sigmaMin: 0.1 })),
      fc.double({ min: 0.03, max: 0.97, noNaN: true }),
      fc.integer({ min: 0, max: 1e6 }),
      (from, to, r, key) => {
        const x = points(normal(rngOf(key), new Float64Array(4)), 2);
        const ratio = to.at(r).alpha / to.at(r).beta;
        if (ratio < from.at(0).alpha / from.at(0).beta) return;
        const moved = changeScheduler(gaussianField(from, 1.5, 0.3), from, to).evaluate(r, x, zerosLike(x));
        const own = gaussianField(to, 1.5, 0.3).evaluate(r, x, zerosLike(x));
        const { rate, speed, t } = changeOfScheduler(from, to, r);
        // The time t carries a rounding, and the old field moves with it by |∂_t u| ≤ C/(β²·α) near the ends.
        const { alpha, beta } = from.at(t);
        const condition =
          (Math.abs(rate) + Math.abs(speed) / (alpha * beta) ** 2) * (2 + Math.abs(x.data[0]) + Math.abs(x.data[1]));
        own.data.forEach((v, d) => {
          expect(Math.abs(moved.data[d] - v)).toBeLessThan(64 * Number.EPSILON * (condition + Math.abs(v)));
        });
      },
    ),
  );
});

test("both ends are exact where the fields are finite", () => {
  const x = pointsOf([[0.7, -2]]);
  const finite = smooth.filter((scheduler) => scheduler.at(0).dAlpha > 0);
  for (const from of finite) {
    for (const to of smooth) {
      for (const end of [0, 1]) {
        const slower = end === 1 && to.at(1).dBeta === -Infinity && from.at(1).dBeta !== -Infinity;
        if (slower) {
          expect(() => changeOfScheduler(from, to, end)).toThrow(
            /its rate is .* and its speed .*; expected a time at which both/,
          );
          continue;
        }
        const moved = changeScheduler(gaussianField(from, 1.5, 0.3), from, to).evaluate(end, x, zerosLike(x));
        const own = gaussianField(to, 1.5, 0.3).evaluate(end, x, zerosLike(x));
        own.data.forEach((v, d) => {
          expect(Math.abs(moved.data[d] - v)).toBeLessThan(1e-14 * (1 + Math.abs(v)));
        });
      }
    }
  }
});

test("the change from a scheduler to itself changes nothing", () => {
  for (const scheduler of [...smooth, vp()]) {
    const { t, scale, rate, speed } = changeOfScheduler(scheduler, scheduler, 0.4);
    expect(t).toBeCloseTo(0.4, 14);
    expect(scale).toBeCloseTo(1, 14);
    expect(rate).toBeCloseTo(0, 13);
    expect(speed).toBeCloseTo(1, 13);
  }
});

test("ratios that the old path does not reach are refused with its range", () => {
  expect(() => changeOfScheduler(vp(), condOt(), 0.001)).toThrow(
    /^Cannot change the path "vp" into "condOt" at t = 0.001: α\/β is 0.001001.* there; expected a ratio that "vp" reaches before t rounds to 1, from 0.00657\d+ to Infinity$/,
  );
  expect(() => changeOfScheduler(condOt({ sigmaMin: 0.1 }), condOt(), 0.99)).toThrow(/from 0 to 10$/);
  expect(() => changeOfScheduler(squareRoot(), condOt(), 1 - 1e-10)).toThrow(/reaches before t rounds to 1/);
});
