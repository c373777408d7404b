import { expect, test } from "vitest";
import { points, pointsOf } from "../points/index.js";
import { normal, rngOf, uniform } from "../random/index.js";
import { condOt, linearVp, polynomial, vp } from "../scheduler/index.js";
import { conditionalVelocity } from "./conditional-path.js";
import { pathBatch } from "./path-batch.js";

test("rows are x_t = αz + βx₀ at their own times, with the conditional velocity as target", () => {
  const [B, D] = [40, 3];
  const t = uniform(rngOf(1), new Float64Array(B));
  const x0 = points(normal(rngOf(2), new Float64Array(B * D)), D);
  const z = points(normal(rngOf(3), new Float64Array(B * D)), D);
  for (const scheduler of [condOt(), polynomial(2), vp()]) {
    const { xt, ut } = pathBatch(scheduler, t, x0, z);
    for (let b = 0; b < B; b++) {
      const at = scheduler.at(t[b]);
      const [x, one] = [xt, z].map((p) => points(p.data.slice(b * D, (b + 1) * D), D));
      const velocity = conditionalVelocity(at, x, one).data;
      for (let d = 0; d < D; d++) {
        expect(x.data[d]).toBe(at.alpha * one.data[d] + at.beta * x0.data[b * D + d]);
        // x − αz recovers βε with the rounding of x, amplified by β̇/β.
        const rounding = (Math.abs(at.dBeta) / at.beta) * (Math.abs(x.data[d]) + Math.abs(one.data[d])) + Math.abs(velocity[d]);
        expect(Math.abs(ut.data[b * D + d] - velocity[d])).toBeLessThan(8 * Number.EPSILON * rounding);
      }
    }
  }
});

test("the target is finite at both ends, where the vector field divides by β", () => {
  const [x0, z] = [pointsOf([[1], [1]]), pointsOf([[3], [3]])];
  const { xt, ut } = pathBatch(condOt(), Float64Array.of(0, 1), x0, z);
  expect([...xt.data]).toEqual([1, 3]);
  expect([...ut.data]).toEqual([2, 2]);
});

test("times at which a slope is infinite, and shapes that differ, are refused", () => {
  const one = pointsOf([[1, 2]]);
  expect(() => pathBatch(linearVp(), Float64Array.of(1), one, one)).toThrow(
    'Cannot sample the path "linearVp" at t = 1: (α̇, β̇) is (1, -Infinity); expected a time at which both are finite',
  );
  expect(() => pathBatch(condOt(), Float64Array.of(0.5), one, pointsOf([[1]]))).toThrow(
    "Cannot sample the path: t is [1], x0 is [1, 2], z is [1, 1]; expected one t and one x0 for every z",
  );
  expect(() => pathBatch(condOt(), Float64Array.of(0.5, 0.1), one, one)).toThrow(/^Cannot sample the path: t is \[2\]/);
  expect(() => pathBatch(condOt(), Float64Array.of(1.5), one, one)).toThrow(/t is 1.5; expected 0 ≤ t ≤ 1$/);
});
