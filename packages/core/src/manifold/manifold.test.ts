import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gap, manifolds, pointAt, tangentAt } from "../../../../tests/support/manifolds.js";
import { fork, rngOf } from "../random/index.js";

/** A few roundings in numbers of size up to 10 (on hyperbolic space, where squares of them cancel). */
const ROUNDING = 1e-11;

/** The same for two points of hyperbolic space, whose products cancel from the squares of both down to order one. */
const roundingAt = (x: Float64Array, y: Float64Array): number =>
  1e-13 * (1 + Math.max(...x.map(Math.abs)) ** 2) * (1 + Math.max(...y.map(Math.abs)) ** 2);

const seed = fc.nat(1e6);
const runs = { numRuns: 40 };

describe.each(manifolds.map((m) => [m.name, m] as const))("%s", (_, m) => {
  const fresh = (): Float64Array => new Float64Array(m.ambient);
  const length = (x: Float64Array, v: Float64Array): number => Math.sqrt(m.inner(x, v, v));
  /** Three points and a generator. */
  const draw = (s: number) => {
    const rng = rngOf(s);
    const [x, y, z] = ["x", "y", "z"].map((name) => pointAt(m, fork(rng, name)));
    return { x, y, z, rng };
  };

  it("reaches y by exp_x(log_x(y)), along a tangent vector whose length is the distance", () => {
    fc.assert(
      fc.property(seed, (s) => {
        const { x, y } = draw(s);
        const v = m.log(x, y, fresh());
        expect(m.distance(m.exp(x, v, fresh()), y)).toBeLessThan(1e-7); // √ε near 0 on hyperbolic space
        expect(gap(m.projectTangent(x, v, fresh()), v)).toBeLessThan(ROUNDING);
        expect(Math.abs(length(x, v) - m.distance(x, y))).toBeLessThan(ROUNDING);
        expect(m.misfit(m.exp(x, v, fresh()))).toBeLessThan(1e-14);
      }),
      runs,
    );
  });

  it("finds v again by log_x(exp_x(v)) inside the cut locus", () => {
    fc.assert(
      fc.property(seed, fc.constantFrom(1e-12, 1e-6, 1e-2, 0.5), (s, scale) => {
        const { x, rng } = draw(s);
        const v = tangentAt(m, x, fork(rng, "v"), scale);
        fc.pre(m.logVolume(x, v) > -Infinity);
        expect(gap(m.log(x, m.exp(x, v, fresh()), fresh()), v)).toBeLessThan(ROUNDING);
      }),
      runs,
    );
  });

  it("has a metric: zero between equal points only, symmetric, with the triangle inequality", () => {
    fc.assert(
      fc.property(seed, (s) => {
        const { x, y, z } = draw(s);
        expect(m.distance(x, x)).toBe(0);
        expect(m.distance(x, y)).toBeGreaterThan(0);
        expect(Math.abs(m.distance(x, y) - m.distance(y, x))).toBeLessThan(ROUNDING);
        expect(m.distance(x, z)).toBeLessThanOrEqual(m.distance(x, y) + m.distance(y, z) + ROUNDING);
      }),
      runs,
    );
  });

  it("has distances that grow with slope one from equal points on, and a vanishing logarithm there", () => {
    const { x, rng } = draw(7);
    const v = tangentAt(m, x, fork(rng, "v"));
    const speed = length(x, v);
    expect(m.log(x, x, fresh()).every((c) => c === 0)).toBe(true);
    for (const h of [1e-2, 1e-5, 1e-9, 1e-12, 1e-15, 1e-18]) {
      const y = m.exp(
        x,
        v.map((c) => (c * h) / speed),
        fresh(),
      );
      // Coordinates of size up to 7 are rounded to 1e-15 each.
      expect(Math.abs(m.distance(x, y) - h)).toBeLessThan(1e-14);
    }
  });

  it("carries vectors by isometries that agree with the geodesic's own velocity and undo each other", () => {
    fc.assert(
      fc.property(seed, (s) => {
        const { x, y, rng } = draw(s);
        const [u, v] = ["u", "v"].map((name) => tangentAt(m, x, fork(rng, name)));
        const [pu, pv] = [u, v].map((w) => m.transport(x, y, w, fresh()));
        expect(Math.abs(m.inner(y, pu, pv) - m.inner(x, u, v))).toBeLessThan(10 * roundingAt(x, y));
        expect(gap(m.transport(y, x, pv, fresh()), v)).toBeLessThan(10 * roundingAt(x, y));
        const back = m.log(y, x, fresh()).map((c) => -c);
        expect(gap(m.transport(x, y, m.log(x, y, fresh()), fresh()), back)).toBeLessThan(10 * roundingAt(x, y));
      }),
      runs,
    );
  });

  it("pulls the derivative of exp_x back to the direction it was taken in", () => {
    fc.assert(
      fc.property(seed, (s) => {
        const { x, rng } = draw(s);
        const [v, w] = ["v", "w"].map((name) => tangentAt(m, x, fork(rng, name), 0.4));
        const h = 1e-4;
        const end = m.exp(x, v, fresh());
        const at = (k: number): Float64Array =>
          m.log(
            end,
            m.exp(
              x,
              v.map((c, i) => c + k * w[i]),
              fresh(),
            ),
            fresh(),
          );
        const [ahead, behind] = [at(h), at(-h)];
        const derivative = ahead.map((c, i) => (c - behind[i]) / (2 * h));
        // Central differences: h² times third derivatives of order 10, and 1e-14/h of rounding.
        expect(gap(m.pull(x, v, derivative, fresh()), w)).toBeLessThan(1e-6);
      }),
      runs,
    );
  });

  it("has the volume of exp_x as the determinant that pulling back an orthonormal basis gives", () => {
    fc.assert(
      fc.property(seed, (s) => {
        const { x, rng } = draw(s);
        const v = tangentAt(m, x, fork(rng, "v"), 0.5);
        fc.pre(m.logVolume(x, v) > -Infinity);
        const end = m.exp(x, v, fresh());
        const [here, there] = [x, end].map((at) => m.frame(at, new Float64Array(m.dim * m.ambient)));
        const row = (frame: Float64Array, k: number): Float64Array => frame.subarray(k * m.ambient, (k + 1) * m.ambient);
        const matrix = Array.from({ length: m.dim }, (_, k) => {
          const pulled = m.pull(x, v, row(there, k), fresh());
          return Array.from({ length: m.dim }, (_, l) => m.inner(x, pulled, row(here, l)));
        });
        expect(Math.abs(Math.log(Math.abs(determinant(matrix))) + m.logVolume(x, v))).toBeLessThan(1e-9);
      }),
      runs,
    );
  });

  it("has an orthonormal frame of tangent vectors", () => {
    fc.assert(
      fc.property(seed, (s) => {
        const { x } = draw(s);
        const frame = m.frame(x, new Float64Array(m.dim * m.ambient));
        for (let k = 0; k < m.dim; k++) {
          const e = frame.slice(k * m.ambient, (k + 1) * m.ambient);
          expect(gap(m.projectTangent(x, e, fresh()), e)).toBeLessThan(ROUNDING);
          for (let l = 0; l <= k; l++) {
            const f = frame.slice(l * m.ambient, (l + 1) * m.ambient);
            expect(Math.abs(m.inner(x, e, f) - (k === l ? 1 : 0))).toBeLessThan(ROUNDING);
          }
        }
      }),
      runs,
    );
  });

  it("projects onto itself, and only what is off it", () => {
    const { x, rng } = draw(3);
    const v = tangentAt(m, x, fork(rng, "v"));
    expect(gap(m.projectPoint(x, fresh()), x)).toBeLessThan(1e-14);
    const once = m.projectTangent(x, v, fresh());
    expect(gap(m.projectTangent(x, once, fresh()), once)).toBeLessThan(ROUNDING);
  });
});

/** By elimination with pivots. */
function determinant(matrix: number[][]): number {
  let product = 1;
  const a = matrix.map((row) => [...row]);
  for (let k = 0; k < a.length; k++) {
    const pivot = a.findIndex((row, i) => i >= k && Math.abs(row[k]) === Math.max(...a.slice(k).map((r) => Math.abs(r[k]))));
    [a[k], a[pivot]] = [a[pivot], a[k]];
    product *= a[k][k];
    for (let i = k + 1; i < a.length; i++) {
      const factor = a[i][k] / a[k][k];
      for (let j = k; j < a.length; j++) a[i][j] -= factor * a[k][j];
    }
  }
  return product;
}
