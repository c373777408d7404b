import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gap, manifolds, pointAt } from "../../../../tests/support/manifolds.js";
import { pathBatch } from "../path/index.js";
import { type Points, points, pointsOf } from "../points/index.js";
import { fork, rngOf } from "../random/index.js";
import { condOt, cosine, squareRoot } from "../scheduler/index.js";
import { euclidean } from "./euclidean.js";
import { addGeodesicVelocity } from "./geodesic-conditionals.js";
import { geodesicBatch } from "./geodesic-path.js";
import { sphere } from "./sphere.js";

const one = (x: Float64Array): Points => points(x, x.length);

describe.each(manifolds.map((m) => [m.name, m] as const))("on %s", (_, m) => {
  const scheduler = cosine();
  const batch = (s: number, t: number) => {
    const [x0, z] = ["x0", "z"].map((name) => one(pointAt(m, fork(rngOf(s), name))));
    return geodesicBatch({ manifold: m, scheduler }, Float64Array.of(t), x0, z);
  };

  it("the path leads from the noise at t = 0 to the data at t = 1, at a finite velocity", () => {
    const [start, end] = [batch(3, 0), batch(3, 1)];
    expect(m.distance(start.xt.data, start.x0.data)).toBeLessThan(1e-7);
    expect(m.distance(end.xt.data, end.z.data)).toBe(0);
    const speed = Math.sqrt(m.inner(end.z.data, end.ut.data, end.ut.data));
    expect(speed).toBeCloseTo((Math.PI / 2) * m.distance(end.x0.data, end.z.data), 10); // |β̇_1| = π/2
  });

  it("u_t is the derivative of the path, and −(β̇/β)·log_x(z)", () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.double({ min: 0.05, max: 0.9, noNaN: true }), (s, t) => {
        const here = batch(s, t);
        const [before, after] = [t - 1e-4, t + 1e-4].map((at) =>
          m.log(here.xt.data, batch(s, at).xt.data, new Float64Array(m.ambient)),
        );
        const slope = after.map((c, i) => (c - before[i]) / 2e-4);
        expect(gap(slope, here.ut.data)).toBeLessThan(1e-6); // h² of third derivatives below (π/2)³·π
        const closed = new Float64Array(m.ambient);
        addGeodesicVelocity(m, scheduler.at(t), { x: here.xt.data, z: here.z.data, weight: 1 }, closed);
        expect(gap(closed, here.ut.data)).toBeLessThan(1e-8);
      }),
      { numRuns: 30 },
    );
  });
});

it("is on flat space the path of vectors where α + β = 1", () => {
  const [x0, z] = [
    pointsOf([
      [1, 2],
      [3, 4],
    ]),
    pointsOf([
      [0, -1],
      [5, 5],
    ]),
  ];
  const t = Float64Array.of(0.3, 0.9);
  const [flat, curved] = [
    pathBatch(condOt(), t, x0, z),
    geodesicBatch({ manifold: euclidean(2), scheduler: condOt() }, t, x0, z),
  ];
  expect(gap(curved.xt.data, flat.xt.data)).toBeLessThan(1e-14);
  expect(gap(curved.ut.data, flat.ut.data)).toBeLessThan(1e-14);
});

it("joins antipodes by one great circle, at half the way a right angle from both", () => {
  const { xt, ut } = geodesicBatch(
    { manifold: sphere(2), scheduler: condOt() },
    Float64Array.of(0.5),
    pointsOf([[0, 0, 1]]),
    pointsOf([[0, 0, -1]]),
  );
  expect(Math.abs(xt.data[2])).toBeLessThan(1e-15);
  expect(ut.data[2]).toBeCloseTo(-Math.PI, 14);
});

it("refuses shapes that differ, points off the manifold, and slopes that are infinite", () => {
  const on = { manifold: sphere(1), scheduler: condOt() };
  const x = pointsOf([[1, 0]]);
  expect(() => geodesicBatch(on, Float64Array.of(0, 1), x, x)).toThrow("there are 2 times, 1 noise draws and 1 data points");
  expect(() => geodesicBatch(on, Float64Array.of(0), x, pointsOf([[1, 1]]))).toThrow("Cannot use the data: row 0");
  expect(() => geodesicBatch({ ...on, scheduler: squareRoot() }, Float64Array.of(1), x, x)).toThrow("β̇ is -Infinity");
});
