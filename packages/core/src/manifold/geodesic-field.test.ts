import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { integrateBall, integrateTorus } from "../../../../tests/support/manifold-quadrature.js";
import { gap, manifolds, pointAt } from "../../../../tests/support/manifolds.js";
import { atoms } from "../distribution/index.js";
import { atomPosterior, marginalField } from "../field/index.js";
import { type Points, points, pointsOf, row, zerosLike } from "../points/index.js";
import { fork, rngOf } from "../random/index.js";
import { condOt, cosine, polynomial } from "../scheduler/index.js";
import { euclidean } from "./euclidean.js";
import { flatTorus } from "./flat-torus.js";
import { geodesicLogDensity } from "./geodesic-conditionals.js";
import { type GeodesicField, geodesicField } from "./geodesic-field.js";
import { hyperbolic } from "./hyperbolic.js";
import type { Manifold } from "./manifold.js";
import { type ManifoldSource, productSource, uniformSource, wrappedNormal } from "./manifold-source.js";
import { rotations } from "./rotations.js";
import { sphere } from "./sphere.js";

/** Some source on every manifold of the tests: uniform where it can be. */
function sourceOn(m: Manifold, seed = 1): ManifoldSource {
  if (m.uniform) return uniformSource(m);
  return wrappedNormal(m, { mean: pointAt(m, fork(rngOf(seed), "mean")), deviation: 0.7 });
}

/** N points of the manifold, of unequal weights. */
function dataOn(m: Manifold, N: number, seed: number) {
  const data = new Float64Array(N * m.ambient);
  for (let i = 0; i < N; i++) data.set(pointAt(m, fork(rngOf(seed), "z", i)), i * m.ambient);
  return atoms(
    points(data, m.ambient),
    Array.from({ length: N }, (_, i) => 1 + i),
  );
}

const one = (x: Float64Array): Points => points(x, x.length);
const logDensity = (field: GeodesicField, t: number, x: Float64Array): number =>
  field.logDensity(t, one(x), new Float64Array(1))[0];

it("is on flat space, from a normal source, the marginal vector field of Gaussian paths", () => {
  const data = dataOn(euclidean(2), 7, 3);
  const field = geodesicField(data, { scheduler: condOt(), source: wrappedNormal(euclidean(2), { mean: [0, 0] }) });
  const flat = marginalField(condOt(), atomPosterior(data));
  const x = pointsOf([
    [0.3, -0.2],
    [1.5, 0.4],
    [-2, 1],
  ]);
  for (const t of [0, 0.3, 0.7, 0.95]) {
    expect(gap(field.evaluate(t, x, zerosLike(x)).data, flat.evaluate(t, x, zerosLike(x)).data)).toBeLessThan(1e-11);
    const expected = flat.quantities(t, x, ["logDensity"]).values.logDensity ?? new Float64Array();
    expect(gap(field.logDensity(t, x, new Float64Array(3)), expected)).toBeLessThan(1e-11);
  }
});

describe.each(manifolds.map((m) => [m.name, m] as const))("on %s", (_, m) => {
  const D = m.ambient;
  const source = sourceOn(m);
  const field = geodesicField(dataOn(m, 4, 11), { scheduler: polynomial(1.5), source });

  it("the marginal path and the marginal field satisfy the continuity equation", () => {
    let tried = 0;
    fc.assert(
      fc.property(fc.nat(1e6), fc.double({ min: 0.05, max: 0.8, noNaN: true }), (seed, t) => {
        const z = row(field.data, seed % 4);
        const v = m.log(z, source.sample(rngOf(seed), 1).data, new Float64Array(D));
        const { beta } = field.scheduler.at(t);
        const x = m.exp(
          z,
          v.map((c) => beta * c),
          new Float64Array(D),
        ); // a draw of p_t
        fc.pre(isSmoothAt(field, t, x));
        tried++;
        const h = 1e-4;
        const p = (at: number): number => Math.exp(logDensity(field, at, x));
        const rate = (p(t + h) - p(t - h)) / (2 * h);
        // Central differences: h² times third derivatives, which grow like β^−(d+3), and 1e-14/h of rounding, both times p.
        expect(Math.abs(rate + divergenceOfFlux(field, t, x, h))).toBeLessThan(1e-4 * (p(t) + Math.abs(rate)));
      }),
      { numRuns: 25 },
    );
    expect(tried).toBeGreaterThan(10);
  });

  it("p_t(x|z) is the density of the path to z: it undoes the geodesic with its volume", () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.double({ min: 0.05, max: 1, noNaN: true }), (seed, beta) => {
        const [x0, z] = ["x0", "z"].map((name) => pointAt(m, fork(rngOf(seed), name)));
        const v = m.log(z, x0, new Float64Array(D));
        const xt = m.exp(
          z,
          v.map((c) => beta * c),
          new Float64Array(D),
        );
        const volumes = m.logVolume(z, v) - m.logVolume(z, m.log(z, xt, new Float64Array(D)));
        const expected = source.logDensity(x0) + volumes - m.dim * Math.log(beta);
        expect(Math.abs(geodesicLogDensity(source, { beta }, xt, z) - expected)).toBeLessThan(1e-7);
      }),
    );
  });

  it("the density at t = 0 is that of the source, also at the cut locus of a data point", () => {
    for (const x of [pointAt(m, rngOf(4)), farthest(m, row(field.data, 0))]) {
      expect(Math.abs(logDensity(field, 0, x) - source.logDensity(x))).toBeLessThan(1e-12);
    }
  });
});

/** Whether x is in a support and no edge of one is near of a support is near, where the density has a kink or a jump. */
function isSmoothAt({ manifold: m, scheduler, data }: GeodesicField, t: number, x: Float64Array): boolean {
  const { beta } = scheduler.at(t);
  const inside = (z: Float64Array, factor: number): boolean =>
    m.logVolume(
      z,
      m.log(z, x, new Float64Array(m.ambient)).map((c) => (c * factor) / beta),
    ) > -Infinity;
  const rows = Array.from({ length: data.size }, (_, i) => row(data, i));
  return rows.every((z) => inside(z, 1.1) === inside(z, 0.9)) && rows.some((z) => inside(z, 1));
}

/** A point on the cut locus of z, or a far one. */
function farthest(m: Manifold, z: Float64Array): Float64Array {
  const frame = m.frame(z, new Float64Array(m.dim * m.ambient));
  return m.exp(
    z,
    frame.slice(0, m.ambient).map((c) => Math.PI * c),
    new Float64Array(m.ambient),
  );
}

/** ∇·(p_t u_t) at x: central differences along an orthonormal basis, with the flux carried back to x. */
function divergenceOfFlux(field: GeodesicField, t: number, x: Float64Array, h: number): number {
  const m = field.manifold;
  const D = m.ambient;
  const frame = m.frame(x, new Float64Array(m.dim * D));
  let sum = 0;
  for (let k = 0; k < m.dim; k++) {
    const e = frame.slice(k * D, (k + 1) * D);
    for (const side of [1, -1]) {
      const y = m.exp(
        x,
        e.map((c) => side * h * c),
        new Float64Array(D),
      );
      const { logDensity: log, velocity } = field.at(t, y);
      sum += (side * Math.exp(log) * m.inner(x, e, m.transport(y, x, velocity, new Float64Array(D)))) / (2 * h);
    }
  }
  return sum;
}

describe("the marginal density integrates to one", () => {
  const pole = (m: Manifold): Float64Array =>
    m.projectPoint(new Float64Array(m.ambient).fill(0).fill(1, 0, 1), new Float64Array(m.ambient));

  it.each([
    [sphere(2), Math.PI, 100],
    [hyperbolic(2), 7, 100],
    [rotations(), Math.PI, 24],
  ] as const)("on $name", (m, radius, n) => {
    const field = geodesicField(dataOn(m, 3, 5), { scheduler: condOt(), source: sourceOn(m) });
    for (const t of [0.2, 0.6]) {
      const mass = integrateBall(m, { x: pole(m), radius, n }, (x) => Math.exp(logDensity(field, t, x)));
      // The midpoint rule is of second order inside the supports; on rotations the density jumps at their edges, by which it
      // errs by about the volume of one cell layer times the jump, with random sign.
      expect(Math.abs(mass - 1)).toBeLessThan(m.dim === 3 ? 2e-2 : 2e-3);
    }
  });

  it("on the torus, from the uniform and from a wrapped normal source", () => {
    const m = flatTorus(2);
    const corner = Math.PI / 32;
    const data = atoms(
      pointsOf([
        [4 * corner, 9 * corner],
        [40 * corner, 60 * corner],
        [17 * corner, 3 * corner],
      ]),
    );
    const uniform = geodesicField(data, { scheduler: condOt(), source: uniformSource(m) });
    const normal = geodesicField(data, { scheduler: condOt(), source: wrappedNormal(m, { mean: [1, 2], deviation: 0.8 }) });
    for (const t of [0.25, 0.5, 0.75]) {
      // β·π is a multiple of π/32: faces of the cells lie on grid lines, and constants are integrated exactly.
      expect(Math.abs(integrateTorus(64, (x) => Math.exp(logDensity(uniform, t, x))) - 1)).toBeLessThan(1e-12);
      // (h/β)²/24 of the second derivative 1/0.8².
      expect(Math.abs(integrateTorus(128, (x) => Math.exp(logDensity(normal, t, x))) - 1)).toBeLessThan(3e-3);
    }
  });
});

it("on a torus the conditional density is constant in a cell of half-width βπ and zero outside", () => {
  const source = uniformSource(flatTorus(2));
  const z = Float64Array.of(6, 0.1); // a cell across both seams
  const at = (dx: number, dy: number): number => geodesicLogDensity(source, { beta: 0.25 }, Float64Array.of(6 + dx, 0.1 + dy), z);
  const level = -2 * Math.log(2 * Math.PI * 0.25);
  for (const d of [0, 0.78, -0.78]) expect(at(d, 0.5)).toBeCloseTo(level, 13);
  for (const d of [0.79, -0.79, Math.PI]) expect(at(d, 0.5)).toBe(-Infinity);
});

/** f and its gradient, periodic. */
const waveOf = (x: ArrayLike<number>): number => Math.sin(x[0] + 2 * x[1]) + Math.cos(x[0]);
const gradientOf = (x: ArrayLike<number>): readonly [number, number] => {
  const c = Math.cos(x[0] + 2 * x[1]);
  return [c - Math.sin(x[0]), 2 * c];
};

it("on a torus the continuity equation holds in the weak sense, jumps included: d/dt E f(x_t) = E⟨u_t, ∇f⟩", () => {
  const m = flatTorus(2);
  const z = [
    [1, 1],
    [2.5, 5],
  ].map((angles) => Float64Array.from(angles, (a) => (Math.round((a * 64) / (2 * Math.PI)) * 2 * Math.PI) / 64));
  const source = wrappedNormal(m, { mean: [1.5, 3], deviation: 1.2 });
  const field = geodesicField(atoms(points(Float64Array.from(z.flatMap((row) => [...row])), 2)), { scheduler: condOt(), source });
  // By the paths themselves: x_t = z + (1 − t)v with v from the cell of the source around z.
  const mean = (t: number): number =>
    integrateTorus(128, (v) => {
      const centred = v.map((a) => a - Math.PI);
      return z.reduce(
        (sum, at) =>
          sum +
          0.5 *
            Math.exp(source.logDensity(at.map((a, i) => a + centred[i]))) *
            waveOf(at.map((a, i) => a + (1 - t) * centred[i])),
        0,
      );
    });
  for (const t of [0.25, 0.5]) {
    const rate = (mean(t + 1e-3) - mean(t - 1e-3)) / 2e-3;
    const flux = integrateTorus(128, (x) => {
      const { logDensity: log, velocity } = field.at(t, x);
      const [a, b] = gradientOf(x);
      return Math.exp(log) * (velocity[0] * a + velocity[1] * b);
    });
    // h²/24 ≈ 1e-4 of second derivatives of order 10 in both quadratures.
    expect(Math.abs(rate - flux)).toBeLessThan(2e-3);
    expect(Math.abs(rate)).toBeGreaterThan(0.02);
  }
});

describe("an isometry of the manifold takes the field of the data to the field of the moved data", () => {
  /** x ↦ x − 2⟨x, n⟩/⟨n, n⟩·n, on spheres and quaternions (sign 1) and on the hyperboloid (sign −1 of n₀). */
  const reflection =
    (n: Float64Array, sign: 1 | -1) =>
    (x: Float64Array): Float64Array => {
      const inner = (a: Float64Array, b: Float64Array): number => a.reduce((s, c, i) => s + (i === 0 ? sign : 1) * c * b[i], 0);
      const along = (2 * inner(x, n)) / inner(n, n);
      return x.map((c, i) => c - along * n[i]);
    };
  const turn = (x: Float64Array): Float64Array => Float64Array.of(1.3 + x[1], 0.4 - x[0]);
  const differential = (v: Float64Array): Float64Array => Float64Array.of(v[1], -v[0]);
  it.each([
    [sphere(2), reflection(Float64Array.of(0.2, -1, 0.4), 1), undefined],
    [rotations(), reflection(Float64Array.of(0.2, -1, 0.4, 0.7), 1), undefined],
    [hyperbolic(2), reflection(Float64Array.of(0.2, -1, 0.4), -1), undefined],
    [flatTorus(2), turn, differential],
  ] as const)("$name", (m, move, moveVector) => {
    const scheduler = cosine();
    const data = dataOn(m, 5, 21);
    const moved = zerosLike(data.points);
    for (let i = 0; i < 5; i++) row(moved, i).set(move(row(data.points, i)));
    const mean = pointAt(m, rngOf(6));
    const sources = m.uniform
      ? [uniformSource(m), uniformSource(m)]
      : [mean, move(mean)].map((at) => wrappedNormal(m, { mean: at, deviation: 0.7 }));
    const before = geodesicField(data, { scheduler, source: sources[0] });
    const after = geodesicField({ points: moved, logWeights: data.logWeights }, { scheduler, source: sources[1] });
    for (let s = 0; s < 20; s++) {
      const x = pointAt(m, fork(rngOf(9), s));
      const [here, there] = [before.at(0.4, x), after.at(0.4, move(x))];
      expect(gap(there.velocity, (moveVector ?? move)(here.velocity))).toBeLessThan(1e-10);
      expect(Math.abs(there.logDensity - here.logDensity)).toBeLessThan(1e-10);
      expect(gap(there.posterior, here.posterior)).toBeLessThan(1e-10);
    }
  });
});

it("moves points along the same curves under every scheduler: u_t/β̇_t depends on β_t alone", () => {
  const data = dataOn(sphere(2), 5, 2);
  const source = uniformSource(sphere(2));
  const x = pointAt(sphere(2), rngOf(14));
  // β = 0.64 at t = 0.36 with slope −1, and at t = 0.6 with slope −1.2.
  const straight = geodesicField(data, { scheduler: condOt(), source }).at(0.36, x);
  const bent = geodesicField(data, { scheduler: polynomial(2), source }).at(0.6, x);
  expect(
    gap(
      bent.velocity,
      straight.velocity.map((c) => 1.2 * c),
    ),
  ).toBeLessThan(1e-14);
  expect(bent.logDensity).toBeCloseTo(straight.logDensity, 14);
});

it("of a product set of data is the fields of the two sets side by side, and its density their product", () => {
  const [a, b] = [sphere(2), flatTorus(1)];
  const [first, second] = [dataOn(a, 3, 41), dataOn(b, 2, 42)];
  const pairs = atoms(
    pointsOf([0, 1, 2].flatMap((i) => [0, 1].map((j) => [...row(first.points, i), ...row(second.points, j)]))),
    [0, 1, 2].flatMap((i) => [0, 1].map((j) => Math.exp(first.logWeights[i] + second.logWeights[j]))),
  );
  const scheduler = cosine();
  const both = geodesicField(pairs, { scheduler, source: productSource(uniformSource(a), uniformSource(b)) });
  const each = [
    geodesicField(first, { scheduler, source: uniformSource(a) }),
    geodesicField(second, { scheduler, source: uniformSource(b) }),
  ];
  for (let s = 0; s < 10; s++) {
    const [x, y] = [pointAt(a, fork(rngOf(1), s)), pointAt(b, fork(rngOf(2), s))];
    const [left, right] = [each[0].at(0.3, x), each[1].at(0.3, y)];
    const found = both.at(0.3, Float64Array.of(...x, ...y));
    expect(gap(found.velocity, Float64Array.of(...left.velocity, ...right.velocity))).toBeLessThan(1e-13);
    expect(Math.abs(found.logDensity - left.logDensity - right.logDensity)).toBeLessThan(1e-13);
  }
});

it("outside the support has density zero, no posterior, and the velocity towards the nearest data point", () => {
  const field = geodesicField(atoms(pointsOf([[1, 0, 0]])), { scheduler: condOt(), source: uniformSource(sphere(2)) });
  const { logDensity: log, posterior, velocity } = field.at(0.5, Float64Array.of(-0.6, 0.8, 0));
  expect(log).toBe(-Infinity);
  expect([...posterior]).toEqual([0]);
  // Towards z along the great circle, at the angle 2.214 in half of the time that is left.
  expect(
    gap(
      velocity,
      Float64Array.of(0.8, 0.6, 0).map((c) => (c * Math.acos(-0.6)) / 0.5),
    ),
  ).toBeLessThan(1e-14);
});

it("refuses t = 1, points off the manifold, data off it, and weights that do not sum to one", () => {
  const source = uniformSource(sphere(2));
  const data = atoms(pointsOf([[1, 0, 0]]));
  const field = geodesicField(data, { scheduler: condOt(), source });
  expect(() => field.at(1, Float64Array.of(1, 0, 0))).toThrow("Cannot evaluate the field at t = 1");
  expect(() => field.at(0.5, Float64Array.of(1, 1, 0))).toThrow("Cannot use the point: row 0 is 0.41421356");
  expect(() => field.evaluate(0.5, pointsOf([[1, 0]]), pointsOf([[1, 0]]))).toThrow("they have dim 2; expected 3");
  const lost = pointsOf([[1, Number.NaN, 0]]);
  expect(() => field.evaluate(0.5, lost, zerosLike(lost))).toThrow("row 0 has NaN in column 1");
  const [x, z] = [Float64Array.of(0, 1, 0), Float64Array.of(1, 0, 0)];
  for (const beta of [0, -1, 1.5, Number.NaN]) expect(() => geodesicLogDensity(source, { beta }, x, z)).toThrow(RangeError);
  expect(() => geodesicField(atoms(pointsOf([[1, 1, 0]])), { scheduler: condOt(), source })).toThrow(
    "Cannot use the data: row 0",
  );
  expect(() => geodesicField({ points: data.points, logWeights: Float64Array.of(-1) }, { scheduler: condOt(), source })).toThrow(
    "the weights sum to",
  );
  expect(() =>
    geodesicField(data, { scheduler: condOt({ sigmaMin: 0.1 }), source }).at(1, Float64Array.of(1, 0, 0)),
  ).not.toThrow();
});
