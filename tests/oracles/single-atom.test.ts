import { condOt, cosine, euler, linearVp, pointsOf, polynomial, rk4, squareRoot, vp } from "@fluxion/core";
import { describe, expect, test } from "vitest";
import { between, distance, draws, fieldOver, flow, quantity, velocity } from "./exact.js";

/* O1: one data point z. Everything is straight in (α, β): x_t = αz + βx₀ for every x₀. */
const z = [1.5, -0.75, 0.25];
const D = 3;

describe.each([condOt(), polynomial(3), cosine(), linearVp(), squareRoot(), vp()].map((s) => [s.name, s] as const))(
  "%s",
  (_, scheduler) => {
    const field = fieldOver(scheduler, [z]);
    const x0 = draws(1, 4, D);

    test("u = α̇z + β̇x₀ on the path of x₀, ∇·u = Dβ̇/β, log p_t = log N(αz, β²I)", () => {
      for (const t of [0.1, 0.5, 0.9]) {
        const { beta, dAlpha, dBeta } = scheduler.at(t);
        const x = between(scheduler, t, x0, z);
        const expected = x0.data.map((e, d) => dAlpha * z[d % D] + dBeta * e);
        // x − αz is formed at the size of z and divided by β.
        expect(distance(velocity(field, t, x), expected)).toBeLessThan(1e-14 * (1 + Math.abs(dBeta) / beta + dAlpha));
        expect(distance(quantity(field, "divergence", t, x), new Float64Array(4).fill((D * dBeta) / beta))).toBeLessThan(1e-12);
        const log = quantity(field, "logDensity", t, x);
        for (let b = 0; b < 4; b++) {
          const square = x0.data.subarray(b * D, (b + 1) * D).reduce((sum, e) => sum + e * e, 0);
          expect(log[b]).toBeCloseTo(-0.5 * square - D * Math.log(beta * Math.sqrt(2 * Math.PI)), 11);
        }
        expect([...quantity(field, "traceCov", t, x)]).toEqual([0, 0, 0, 0]);
        expect([...quantity(field, "entropy", t, x)]).toEqual([0, 0, 0, 0]);
      }
    });

    test("the flow of x₀ is αz + βx₀", () => {
      const start = scheduler.at(0);
      const from = between(scheduler, 0, x0, z); // x₀ itself, but for vp
      const to = 0.9;
      const found = flow(field, scheduler, from, { tableau: rk4, steps: 400, to }).data;
      const t = scheduler.timeOfSnr(to / (1 - to));
      // Fourth order at 400 steps; polynomial(3) and vp change fast in t on this grid.
      expect(distance(found, between(scheduler, t, x0, z).data)).toBeLessThan(1e-6);
      expect(start.beta).toBeGreaterThan(0.99);
    });
  },
);

test("on straight lines one Euler step is exact, whatever its length", () => {
  const x0 = draws(2, 5, D);
  const field = fieldOver(condOt(), [z]);
  const found = flow(field, condOt(), x0, { tableau: euler, steps: 1, to: 0.875 });
  expect(distance(found.data, between(condOt(), 0.875, x0, z).data)).toBeLessThan(4 * Number.EPSILON);
});

test("the kinetic energy of the path of x₀ is ½‖z − x₀‖² at every time", () => {
  const field = fieldOver(condOt(), [z]);
  const x0 = pointsOf([[0.3, 2, -1]]);
  const energy = z.reduce((sum, v, d) => sum + (v - x0.data[d]) ** 2, 0) / 2;
  for (const t of [0, 0.3, 0.99]) {
    const u = velocity(field, t, between(condOt(), t, x0, z));
    expect(u.reduce((sum, v) => sum + v * v, 0) / 2).toBeCloseTo(energy, 11);
  }
});
