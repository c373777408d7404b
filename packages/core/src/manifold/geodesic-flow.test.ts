import { describe, expect, it } from "vitest";
import { gap, pointAt } from "../../../../tests/support/manifolds.js";
import { atoms } from "../distribution/index.js";
import { midpoint, solve, uniformGrid } from "../ode/index.js";
import { type Points, points, row, takeRows } from "../points/index.js";
import { choice, fork, normal, rngOf } from "../random/index.js";
import { condOt } from "../scheduler/index.js";
import { flatTorus } from "./flat-torus.js";
import { geodesicField } from "./geodesic-field.js";
import { geodesicFlow } from "./geodesic-flow.js";
import { geodesicBatch } from "./geodesic-path.js";
import { geodesicRungeKutta } from "./geodesic-runge-kutta.js";
import { hyperbolic } from "./hyperbolic.js";
import type { Manifold } from "./manifold.js";
import { manifoldDivergence } from "./manifold-divergence.js";
import { manifoldLogDensity } from "./manifold-likelihood.js";
import { type ManifoldSource, uniformSource, wrappedNormal } from "./manifold-source.js";
import { rotations } from "./rotations.js";
import { sphere } from "./sphere.js";

function dataOn(m: Manifold, N: number, seed: number) {
  const data = new Float64Array(N * m.ambient);
  for (let i = 0; i < N; i++) data.set(pointAt(m, fork(rngOf(seed), "z", i)), i * m.ambient);
  return atoms(
    points(data, m.ambient),
    Array.from({ length: N }, (_, i) => 1 + i),
  );
}

const cases: readonly (readonly [string, ManifoldSource])[] = [
  ["the sphere, from the uniform law", uniformSource(sphere(2))],
  ["the sphere, from a wrapped normal", wrappedNormal(sphere(2), { mean: [0, 0, 1], deviation: 0.5 })],
  ["the torus, from the uniform law", uniformSource(flatTorus(2))],
  ["the torus, from a wrapped normal", wrappedNormal(flatTorus(2), { mean: [1, 5], deviation: 0.9 })],
  ["rotations, from the uniform law", uniformSource(rotations())],
  ["hyperbolic space, from a wrapped normal", wrappedNormal(hyperbolic(2), { mean: [1, 0, 0], deviation: 0.8 })],
];

/** Two independent means, as a difference over its standard error. */
function twoSample(a: Float64Array, b: Float64Array): number {
  const moments = (draws: Float64Array) => {
    const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
    return { mean, error: draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length ** 2 };
  };
  const [p, q] = [moments(a), moments(b)];
  return (p.mean - q.mean) / Math.sqrt(p.error + q.error);
}

describe.each(cases)("on %s", (name, source) => {
  const { manifold: m } = source;
  const data = dataOn(m, 4, 31);
  const field = geodesicField(data, { scheduler: condOt(), source });
  const size = 500;
  const rng = fork(rngOf(12), name);

  it("points moved by the field have the law of the conditional paths", () => {
    for (const t of [0.4, 0.8]) {
      const moved = solve(
        geodesicRungeKutta(m, midpoint, source.sample(fork(rng, "moved"), size), uniformGrid(14, { to: t })),
        field,
      ).y;
      const z = takeRows(data.points, choice(fork(rng, "z"), data.cumulative, new Uint32Array(size)));
      const { xt } = geodesicBatch(
        { manifold: m, scheduler: condOt() },
        new Float64Array(size).fill(t),
        source.sample(fork(rng, "x0"), size),
        z,
      );
      for (let i = 0; i < 4; i++) {
        // Distances to each data point: on all manifolds they tell the mixture from its parts.
        const to = (x: Points): Float64Array =>
          Float64Array.from({ length: size }, (_, b) => m.distance(row(x, b), row(data.points, i)));
        // Of 96 comparisons, normal to a good approximation, one beyond 4.5 has probability 3e-4.
        expect(Math.abs(twoSample(to(moved), to(xt)))).toBeLessThan(4.5);
        expect(
          Math.abs(
            twoSample(
              to(moved).map((d) => d * d),
              to(xt).map((d) => d * d),
            ),
          ),
        ).toBeLessThan(4.5);
      }
    }
  });
});

describe("manifoldLogDensity", () => {
  // One data point on the torus and on rotations: with several, the field jumps at the edges of supports.
  it.each([
    ["the sphere", cases[0][1], 4],
    ["the torus", cases[3][1], 1],
    ["rotations", cases[4][1], 1],
    ["hyperbolic space", cases[5][1], 4],
  ] as const)("transports the density of the source to the exact one on %s", (name, source, N) => {
    const { manifold: m } = source;
    const field = geodesicField(dataOn(m, N, 31), { scheduler: condOt(), source });
    const t = 0.5;
    const x = source.sample(fork(rngOf(4), name), 60);
    const inside = Array.from({ length: x.size }, (_, b) => b).filter((b) => field.support(t, row(x, b)).length === N);
    const some = takeRows(x, inside.slice(0, 5));
    const { logDensity, x0 } = manifoldLogDensity(field, source, some, { grid: uniformGrid(40, { from: t, to: 0 }) });
    expect(some.size).toBeGreaterThan(2);
    // A kink of the density on the sphere, where a trajectory crosses the edge of a support, costs the solver its order: h ≈ 0.0125.
    expect(gap(logDensity, field.logDensity(t, some, new Float64Array(some.size)))).toBeLessThan(2e-3);
    const again = geodesicFlow(field, x0, { grid: uniformGrid(40, { to: t }) }).x;
    expect(gap(again.data, some.data)).toBeLessThan(1e-4);
  });

  it("refuses a grid that does not end at the source, and a field that is not finite", () => {
    const [, source] = cases[0];
    const x = source.sample(rngOf(1), 1);
    const field = { evaluate: (_: number, at: Points, out: Points): Points => points(out.data.fill(Number.NaN), at.dim) };
    expect(() => manifoldLogDensity(field, source, x, { grid: [1, 0.1] })).toThrow("the grid ends at 0.1; expected 0");
    expect(() => manifoldLogDensity(field, source, x)).toThrow(
      'the solve ended at t = 1 with status "notFinite"; expected "done"',
    );
  });
});

it("sends every trajectory on a compact manifold to one data point, in proportion to the weights", () => {
  for (const [name, source] of [cases[0], cases[2]]) {
    const { manifold: m } = source;
    const data = dataOn(m, 3, 7);
    const field = geodesicField(data, { scheduler: condOt(), source });
    const size = 800;
    const ends = geodesicFlow(field, source.sample(fork(rngOf(3), name), size), {
      tableau: midpoint,
      grid: uniformGrid(32, { to: 0.97 }),
    });
    for (let i = 0; i < 3; i++) {
      const weight = Math.exp(data.logWeights[i]);
      const share = ends.atom.filter((a) => a === i).length / size;
      expect(Math.abs(share - weight)).toBeLessThan(4.5 * Math.sqrt((weight * (1 - weight)) / size));
    }
    expect(ends.atom.every((a) => a >= 0)).toBe(true);
    expect(ends.t).toBe(0.97);
  }
});

it("decides nothing before t = 1 where every support is everything", () => {
  const [, source] = cases[5];
  const field = geodesicField(dataOn(source.manifold, 3, 7), { scheduler: condOt(), source });
  const { atom } = geodesicFlow(field, source.sample(rngOf(1), 5), { grid: uniformGrid(40, { to: 0.99 }) });
  expect([...atom]).toEqual([-1, -1, -1, -1, -1]);
});

describe("manifoldDivergence", () => {
  it("is −1 − (d − 1)·r·cot r of the logarithm towards a point of the sphere, and −d on the torus", () => {
    for (const [m, expected] of [
      [sphere(2), (r: number) => -1 - r / Math.tan(r)],
      [sphere(4), (r: number) => -1 - (3 * r) / Math.tan(r)],
      [flatTorus(3), () => -3],
      [hyperbolic(3), (r: number) => -1 - (2 * r) / Math.tanh(r)],
      [rotations(), (r: number) => -1 - r / Math.tan(r / 2)],
    ] as const) {
      const [x, z] = [pointAt(m, rngOf(1)), pointAt(m, rngOf(2))];
      const towards = {
        evaluate(_: number, at: Points, out: Points): Points {
          for (let b = 0; b < at.size; b++) m.log(row(at, b), z, row(out, b));
          return out;
        },
      };
      const found = manifoldDivergence({ manifold: m, field: towards }, [0, points(x, m.ambient)], new Float64Array(1))[0];
      expect(Math.abs(found - expected(m.distance(x, z)))).toBeLessThan(1e-8); // h⁴ = 1e-12 of fifth derivatives below 10³
    }
  });

  it("vanishes for a rotation field, and refuses a step that is none", () => {
    const spin = {
      evaluate(_: number, x: Points, out: Points): Points {
        for (let b = 0; b < x.size; b++) row(out, b).set([-x.data[3 * b + 1], x.data[3 * b], 0]);
        return out;
      },
    };
    const x = uniformSource(sphere(2)).sample(rngOf(2), 6);
    const found = manifoldDivergence({ manifold: sphere(2), field: spin }, [0, x], normal(rngOf(0), new Float64Array(6)));
    for (const value of found) expect(Math.abs(value)).toBeLessThan(1e-11);
    expect(() => manifoldDivergence({ manifold: sphere(2), field: spin }, [0, x], found, { step: 0 })).toThrow(RangeError);
  });
});
