import { expect, it } from "vitest";
import { logSlope } from "../../../../tests/support/log-slope.js";
import { gap, manifolds, pointAt } from "../../../../tests/support/manifolds.js";
import {
  dopri5,
  euler,
  heun,
  midpoint,
  pointSpace,
  rk4,
  rungeKutta,
  type Solve,
  solve,
  type Tableau,
  uniformGrid,
  type VectorField,
} from "../ode/index.js";
import { type Points, points, row } from "../points/index.js";
import { fork, rngOf } from "../random/index.js";
import { euclidean } from "./euclidean.js";
import { geodesicAdaptive, geodesicRungeKutta } from "./geodesic-runge-kutta.js";
import type { Manifold } from "./manifold.js";
import { sphere } from "./sphere.js";

/** A smooth field on any of the manifolds: the tangent part of a vector that varies with t and x. */
function wave(m: Manifold): VectorField {
  const w = new Float64Array(m.ambient);
  const angular = m.name.includes("torus");
  return {
    evaluate(t, x, out) {
      for (let b = 0; b < x.size; b++) {
        const at = row(x, b);
        const size = 1 + at.reduce((sum, c) => sum + c * c, 0); // tames it far out on hyperbolic space
        // Whole periods in every angle, and odd under q ↦ −q for quaternions.
        for (let i = 0; i < m.ambient; i++) {
          w[i] = angular ? Math.sin(at[i] + i + t) : (2 * at[(i + 1) % m.ambient] * Math.cos(t + i)) / size;
        }
        m.projectTangent(at, w, row(out, b));
      }
      return out;
    },
  };
}

const one = (x: Float64Array): Points => points(x, x.length);
const run = (steps: Solve<Points>, field: VectorField): Points => solve(steps, field).y;

it.each(manifolds.map((m) => [m.name, m] as const))("every tableau has on %s the order it has on vectors", (_, m) => {
  const start = one(pointAt(m, fork(rngOf(5), m.name)));
  const field = wave(m);
  const exact = run(geodesicRungeKutta(m, dopri5, start, uniformGrid(256)), field);
  for (const [tableau, counts] of [
    [euler, [64, 128, 256]],
    [midpoint, [16, 32, 64]],
    [heun, [16, 32, 64]],
    [rk4, [8, 16, 32]],
  ] as [Tableau, number[]][]) {
    const errors = counts.map((steps) =>
      m.distance(row(run(geodesicRungeKutta(m, tableau, start, uniformGrid(steps)), field), 0), row(exact, 0)),
    );
    // The next term of the error is h times the leading one: a tenth of an order over these steps, half of one for rk4.
    expect(logSlope(counts, errors) + tableau.order).toBeLessThan(tableau.order === 4 ? 0.5 : 0.2);
  }
});

it("would have order 3 at most, were velocities carried back by parallel transport and not by the differential of exp", () => {
  const m = sphere(5);
  const transported: Manifold = { ...m, pull: (x, v, u, out) => m.transport(m.exp(x, v, new Float64Array(6)), x, u, out) };
  const start = one(pointAt(m, rngOf(5)));
  const exact = run(geodesicRungeKutta(m, dopri5, start, uniformGrid(256)), wave(m));
  const counts = [16, 32, 64];
  const errors = counts.map((steps) =>
    m.distance(row(run(geodesicRungeKutta(transported, rk4, start, uniformGrid(steps)), wave(m)), 0), row(exact, 0)),
  );
  expect(Math.abs(logSlope(counts, errors) + 3)).toBeLessThan(0.3);
});

it("starts where the grid starts, also between 0 and 1 and backwards", () => {
  const unit: VectorField = { evaluate: (_, x, out) => points(out.data.fill(1), x.dim) };
  const end = (grid: number[]): number =>
    run(geodesicRungeKutta(euclidean(1), euler, one(Float64Array.of(0)), grid), unit).data[0];
  expect(end([0.5, 0.6, 1])).toBe(0.5);
  expect(end([1, 0])).toBe(-1);
  const clock: VectorField = { evaluate: (t, x, out) => points(out.data.fill(2 * t), x.dim) };
  const y = run(geodesicRungeKutta(euclidean(1), rk4, one(Float64Array.of(0)), [0.5, 1]), clock);
  expect(y.data[0]).toBeCloseTo(0.75, 14); // ∫ 2t dt from ½ to 1
});

it("comes back to its starting points on the grid backwards", () => {
  for (const m of manifolds) {
    const start = one(pointAt(m, rngOf(8)));
    const there = run(geodesicRungeKutta(m, rk4, start, uniformGrid(64)), wave(m));
    const back = run(geodesicRungeKutta(m, rk4, there, uniformGrid(64, { from: 1, to: 0 })), wave(m));
    expect(m.distance(row(back, 0), row(start, 0))).toBeLessThan(1e-7); // two solves with errors of h⁴ ≈ 6e-8 at worst
  }
});

it("is the plain method on flat space, with as many evaluations", () => {
  const m = euclidean(3);
  const start = one(pointAt(m, rngOf(2)));
  const flat = solve(rungeKutta(pointSpace, rk4, start, uniformGrid(10)), wave(m));
  const curved = solve(geodesicRungeKutta(m, rk4, start, uniformGrid(10)), wave(m));
  expect(gap(curved.y.data, flat.y.data)).toBeLessThan(1e-14); // sums in another order
  expect(curved.nfe).toBe(flat.nfe);
  expect(curved.steps).toEqual(flat.steps);
});

it("rotates a sphere exactly by its axis, with every point on the sphere after many steps", () => {
  const spin: VectorField = {
    evaluate(_, x, out) {
      for (let b = 0; b < x.size; b++) row(out, b).set([-x.data[3 * b + 1], x.data[3 * b], 0]);
      return out;
    },
  };
  const start = one(sphere(2).projectPoint(Float64Array.of(1, 2, 0.5), new Float64Array(3)));
  const end = run(geodesicRungeKutta(sphere(2), rk4, start, uniformGrid(200, { to: 4 * Math.PI })), spin);
  // Steps of 0.063: two turns leave 12.6·h⁴/120 ≈ 2e-6.
  expect(sphere(2).distance(row(end, 0), row(start, 0))).toBeLessThan(2e-6);
  expect(sphere(2).misfit(row(end, 0))).toBeLessThan(1e-15);
});

it("reaches by adaptive steps what many fixed ones reach", () => {
  for (const m of manifolds) {
    const start = one(pointAt(m, rngOf(8)));
    const fixed = run(geodesicRungeKutta(m, dopri5, start, uniformGrid(128)), wave(m));
    const free = solve(geodesicAdaptive(m, dopri5, start, uniformGrid(4), { rtol: 1e-9, atol: 1e-9 }), wave(m));
    expect(free.status).toBe("done");
    expect(m.distance(row(free.y, 0), row(fixed, 0))).toBeLessThan(1e-7); // tens of steps of 1e-9, grown by at most e²
  }
});

it("shortens an adaptive step that leads beyond a conjugate point, and ends where the trajectory itself does", () => {
  const m = sphere(2);
  const spin = (rate: (t: number) => number): VectorField => ({
    evaluate(t, x, out) {
      row(out, 0).set([-rate(t) * x.data[1], rate(t) * x.data[0], 0]);
      return out;
    },
  });
  const start = one(Float64Array.of(1, 0, 0));
  const options = { initialStep: 1, rtol: 1e-9, atol: 1e-9 };
  // The angle is 1 − e^(−20t), but the second stage of the step that is tried first lies 20/5 = 4 radians away.
  const slowing = solve(
    geodesicAdaptive(m, dopri5, start, [0, 1], options),
    spin((t) => 20 * Math.exp(-20 * t)),
  );
  expect(slowing.status).toBe("done");
  expect(slowing.steps.rejected).toBeGreaterThan(0);
  expect(gap(slowing.y.data, Float64Array.of(Math.cos(1), Math.sin(1), 0))).toBeLessThan(1e-7); // tens of steps of 1e-9, and e^−20
  const { status, t } = solve(
    geodesicAdaptive(m, dopri5, start, [0, 1], options),
    spin(() => 4),
  );
  expect(status).not.toBe("done");
  expect(t).toBe(0);
});

it("shows the state after every interval, and stops at the last finite one", () => {
  const m = sphere(2);
  const seen: number[] = [];
  const start = one(Float64Array.of(1, 0, 0));
  const breaks: VectorField = {
    evaluate: (t, x, out) => points(out.data.fill(t > 0.55 ? Number.NaN : 0.1), x.dim),
  };
  const steps = geodesicRungeKutta(m, euler, start, uniformGrid(10), { onStep: (_, t) => seen.push(t) });
  const { status, t, y } = solve(steps, breaks);
  expect(status).toBe("notFinite");
  expect(t).toBeCloseTo(0.6, 15);
  expect(seen).toHaveLength(7);
  expect(m.misfit(row(y, 0))).toBeLessThan(1e-15);
});

it("refuses steps beyond half a turn, initial points off the manifold, and grids that are none", () => {
  const fast: VectorField = { evaluate: (_, x, out) => points(out.data.fill(100), x.dim) };
  const start = one(Float64Array.of(1, 0, 0));
  expect(() => run(geodesicRungeKutta(sphere(2), rk4, start, [0, 1]), fast)).toThrow(
    /^Cannot use normal coordinates on a sphere at radius .*take shorter steps$/,
  );
  expect(() => geodesicRungeKutta(sphere(2), rk4, one(Float64Array.of(1, 1, 0)), [0, 1])).toThrow(
    "Cannot use the initial points: row 0 is 0.414",
  );
  expect(() => geodesicRungeKutta(sphere(2), rk4, start, [0, 0])).toThrow("Cannot use the time grid");
});
