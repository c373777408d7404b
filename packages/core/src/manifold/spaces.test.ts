import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chiSquared, kolmogorov, zScore } from "../../../../tests/statistics.js";
import { integrateBall } from "../../../../tests/support/manifold-quadrature.js";
import { gap, manifolds, pointAt, tangentAt } from "../../../../tests/support/manifolds.js";
import { pointsOf, row } from "../points/index.js";
import { fork, rngOf } from "../random/index.js";
import { euclidean } from "./euclidean.js";
import { flatTorus, logWrappedNormalAngle, wrapAngle, wrapTurn } from "./flat-torus.js";
import { hyperbolic } from "./hyperbolic.js";
import { productSource, uniformSource, wrappedNormal } from "./manifold-source.js";
import { projectPoints, requireOnManifold } from "./on-manifold.js";
import { productManifold } from "./product-manifold.js";
import { matrixOfQuaternion, quaternionOfMatrix, rotations } from "./rotations.js";
import { sphere } from "./sphere.js";

const seed = fc.nat(1e6);

describe("sphere", () => {
  const m = sphere(2);
  const fresh = (): Float64Array => new Float64Array(3);

  it("takes one fixed great circle to the antipode, of length π, which leads there", () => {
    fc.assert(
      fc.property(seed, (s) => {
        const x = pointAt(m, rngOf(s));
        const y = x.map((c) => -c);
        const v = m.log(x, y, fresh());
        expect(Math.sqrt(m.inner(x, v, v))).toBeCloseTo(Math.PI, 14);
        expect(gap(m.exp(x, v, fresh()), y)).toBeLessThan(1e-15);
        expect(gap(m.projectTangent(x, v, fresh()), v)).toBeLessThan(1e-15);
        expect([...m.log(x, y, fresh())]).toEqual([...v]);
        expect(m.distance(x, y)).toBeCloseTo(Math.PI, 15);
        const w = tangentAt(m, x, rngOf(s));
        const carried = m.transport(x, y, w, fresh());
        expect(Math.abs(m.inner(y, carried, carried) - m.inner(x, w, w))).toBeLessThan(1e-13);
        expect(m.logVolume(x, v)).toBeLessThan(-30);
      }),
    );
  });

  it("keeps the direction to points that are 1e-9 from the antipode", () => {
    const x = Float64Array.of(0, 0, 1);
    for (const r of [Math.PI - 1e-9, Math.PI - 1e-6, 1e-9, 1e-6]) {
      const v = Float64Array.of(r * 0.6, -r * 0.8, 0);
      // The point is rounded to 1e-16, which turns the direction by 1e-16/1e-9.
      expect(gap(m.log(x, m.exp(x, v, fresh()), fresh()), v)).toBeLessThan(r < 1 ? 1e-15 : 1e-6);
    }
  });

  it("never has a distance that is not a number, where an arc cosine of 1 + ε has", () => {
    fc.assert(
      fc.property(seed, (s) => {
        const x = pointAt(m, rngOf(s));
        expect(m.distance(x, x)).toBe(0);
        expect(
          m.distance(
            x,
            x.map((c) => c * (1 + Number.EPSILON)),
          ),
        ).toBeLessThan(4 * Number.EPSILON);
      }),
    );
  });

  it("has the volumes 2π, 4π, 2π² and 8π²/3, and the first also as an integral", () => {
    const volumes = [1, 2, 3, 4].map((d) => Math.exp(sphere(d).uniform?.logVolume ?? Number.NaN));
    expect(
      gap(
        Float64Array.from(volumes),
        Float64Array.of(2, 4, 2 * Math.PI, (8 * Math.PI) / 3).map((v) => v * Math.PI),
      ),
    ).toBeLessThan(1e-13);
    const area = integrateBall(m, { x: Float64Array.of(0, 0, 1), radius: Math.PI, n: 60 }, () => 1);
    expect(Math.abs(area - 4 * Math.PI)).toBeLessThan(2e-3); // (π/60)²/24 of the second derivative of 2π sin r
  });

  it("has uniform draws whose heights are uniform on [−1, 1]", () => {
    const x = uniformSource(m).sample(rngOf(3), 4000);
    for (let i = 0; i < 3; i++) {
      const heights = Float64Array.from({ length: x.size }, (_, b) => x.data[3 * b + i]);
      expect(kolmogorov(heights, (h) => (h + 1) / 2)).toBeLessThan(2.2); // probability 1.3e-4 each
    }
    expect([...uniformSource(m).sample(rngOf(3), 2).data]).toEqual([...x.data.slice(0, 6)]);
  });

  it("refuses to be of dimension 0 or ½, and to bring the origin onto itself", () => {
    expect(() => sphere(0)).toThrow("Cannot make a sphere: its dimension is 0; expected an integer of at least 1");
    expect(() => flatTorus(0.5)).toThrow(RangeError);
    expect(() => m.projectPoint(fresh(), fresh())).toThrow("the norm is 0; expected a finite vector other than 0");
  });
});

describe("flatTorus", () => {
  it("wraps angles into their ranges and changes none that is inside", () => {
    fc.assert(
      fc.property(fc.double({ min: -1e4, max: 1e4, noNaN: true }), (a) => {
        const [centred, positive] = [wrapAngle(a), wrapTurn(a)];
        expect(centred).toBeGreaterThanOrEqual(-Math.PI);
        expect(centred).toBeLessThan(Math.PI);
        expect(positive).toBeGreaterThanOrEqual(0);
        expect(positive).toBeLessThan(2 * Math.PI);
        expect(Math.abs(Math.sin(centred) - Math.sin(a))).toBeLessThan(1e-11); // turns of a rounded 2π
        expect(wrapAngle(centred)).toBe(centred);
        expect(wrapTurn(positive)).toBe(positive);
      }),
    );
    expect(wrapAngle(-1e-20)).toBe(-1e-20);
    expect(wrapTurn(-1e-20)).toBe(0);
    expect(wrapAngle(Math.PI)).toBe(-Math.PI);
  });

  it("has a wrapped normal density that integrates to one and becomes the uniform one as it widens", () => {
    for (const s of [0.2, 1, 4]) {
      let mass = 0;
      // The trapezoid rule on a smooth periodic function converges faster than any power of the spacing.
      for (let k = 0; k < 400; k++) mass += (Math.exp(logWrappedNormalAngle(-Math.PI + (k * Math.PI) / 200, s)) * Math.PI) / 200;
      expect(Math.abs(mass - 1)).toBeLessThan(1e-12);
    }
    expect(logWrappedNormalAngle(1, 20)).toBeCloseTo(-Math.log(2 * Math.PI), 12);
  });

  it("goes the short way round, and half a turn by decreasing angles", () => {
    const m = flatTorus(2);
    const v = m.log(Float64Array.of(6, 1), Float64Array.of(0.5, 1 + Math.PI), new Float64Array(2));
    expect(v[0]).toBeCloseTo(0.5 - 6 + 2 * Math.PI, 15);
    expect(v[1]).toBeCloseTo(-Math.PI, 14);
    expect(gap(m.exp(Float64Array.of(6, 1), v, new Float64Array(2)), Float64Array.of(0.5, 1 + Math.PI))).toBeLessThan(1e-14);
  });
});

describe("hyperbolic", () => {
  it("has the distance arcosh(−⟨x, y⟩) and circles of circumference 2π·sinh r", () => {
    const m = hyperbolic(2);
    const x = Float64Array.of(1, 0, 0);
    const y = m.exp(x, Float64Array.of(0, 1.2, 0.5), new Float64Array(3));
    expect(m.distance(x, y)).toBeCloseTo(Math.acosh(y[0]), 12);
    expect(m.distance(x, y)).toBeCloseTo(1.3, 14);
    const area = integrateBall(m, { x: y, radius: 2, n: 80 }, () => 1);
    expect(area / (2 * Math.PI * (Math.cosh(2) - 1))).toBeCloseTo(1, 3);
  });

  it("measures small distances with all their digits", () => {
    const m = hyperbolic(2);
    const x = m.projectPoint(Float64Array.of(0, 3, 4), new Float64Array(3));
    const e = m.frame(x, new Float64Array(6)).slice(0, 3);
    for (const r of [1e-3, 1e-6, 1e-9]) {
      const y = m.exp(
        x,
        e.map((c) => r * c),
        new Float64Array(3),
      );
      expect(Math.abs(m.distance(x, y) - r)).toBeLessThan(1e-14); // coordinates near 5 are rounded to 1e-15
    }
  });
});

describe("rotations", () => {
  const m = rotations();
  const fresh = (): Float64Array => new Float64Array(4);

  it("do not tell a quaternion from its negative", () => {
    fc.assert(
      fc.property(seed, (s) => {
        const [x, y] = [pointAt(m, fork(rngOf(s), "x")), pointAt(m, fork(rngOf(s), "y"))];
        const minus = y.map((c) => -c);
        expect(m.distance(x, minus)).toBe(m.distance(x, y));
        expect(m.distance(y, minus)).toBe(0);
        expect([...m.log(x, minus, fresh())]).toEqual([...m.log(x, y, fresh())]);
        const v = tangentAt(m, x, rngOf(s));
        const [a, b] = [m.transport(x, y, v, fresh()), m.transport(x, minus, v, fresh())];
        expect(
          gap(
            a,
            b.map((c) => -c),
          ),
        ).toBe(0);
        expect(m.distance(x, y)).toBeLessThanOrEqual(Math.PI);
      }),
    );
  });

  it("have the angle of the matrix that leads from one to the other as distance", () => {
    fc.assert(
      fc.property(seed, (s) => {
        const [x, y] = [pointAt(m, fork(rngOf(s), "x")), pointAt(m, fork(rngOf(s), "y"))];
        const [a, b] = [matrixOfQuaternion(x), matrixOfQuaternion(y)];
        const trace = a.reduce((sum, c, i) => sum + c * b[i], 0); // tr aᵀb = 1 + 2 cos ω
        expect(Math.abs(2 * Math.cos(m.distance(x, y)) + 1 - trace)).toBeLessThan(1e-13);
      }),
    );
  });

  it("become matrices and quaternions again, near half turns too", () => {
    for (const q of [
      pointAt(m, rngOf(1)),
      Float64Array.of(1, 0, 0, 0),
      Float64Array.of(0, 1, 0, 0),
      Float64Array.of(1e-9, 0, 1, 0),
      Float64Array.of(0, 0.6, 0, 0.8),
    ]) {
      const unit = m.projectPoint(q, fresh());
      const again = quaternionOfMatrix(matrixOfQuaternion(unit));
      expect(m.distance(again, unit)).toBeLessThan(1e-15);
    }
    expect(() => quaternionOfMatrix([1, 0, 0, 0, 1, 0, 0, 0, -1])).toThrow("Cannot read a rotation");
    expect(() => quaternionOfMatrix([1, 0])).toThrow("the matrix has 2 entries");
  });

  it("have the volume 8π², and uniform draws with angles of density (1 − cos ω)/π", () => {
    const volume = integrateBall(m, { x: Float64Array.of(1, 0, 0, 0), radius: Math.PI, n: 24 }, () => 1);
    expect(volume / Math.exp(m.uniform?.logVolume ?? 0)).toBeCloseTo(1, 2);
    const x = uniformSource(m).sample(rngOf(5), 3000);
    const angles = Float64Array.from({ length: x.size }, (_, b) =>
      m.distance(x.data.slice(4 * b, 4 * b + 4), Float64Array.of(1, 0, 0, 0)),
    );
    expect(kolmogorov(angles, (w) => (w - Math.sin(w)) / Math.PI)).toBeLessThan(2.2);
  });
});

describe("productManifold", () => {
  const [a, b] = [sphere(2), flatTorus(2)];
  const m = productManifold(a, b);
  it("is its factors side by side: geodesics, distances, volumes and laws", () => {
    fc.assert(
      fc.property(seed, (s) => {
        const [x, y] = [pointAt(m, fork(rngOf(s), "x")), pointAt(m, fork(rngOf(s), "y"))];
        const [x1, x2, y1, y2] = [x.slice(0, 3), x.slice(3), y.slice(0, 3), y.slice(3)];
        const v = m.log(x, y, new Float64Array(5));
        expect([...v]).toEqual([...a.log(x1, y1, new Float64Array(3)), ...b.log(x2, y2, new Float64Array(2))]);
        expect(m.distance(x, y)).toBeCloseTo(Math.hypot(a.distance(x1, y1), b.distance(x2, y2)), 14);
        expect(m.logVolume(x, v)).toBe(a.logVolume(x1, v.slice(0, 3)) + b.logVolume(x2, v.slice(3)));
      }),
    );
    expect(m).toMatchObject({ name: "sphere:2 × torus:2", ambient: 5, dim: 4 });
    expect(m.uniform?.logVolume).toBe(Math.log(4 * Math.PI) + 2 * Math.log(2 * Math.PI));
    expect(() => productManifold()).toThrow("there are no factors");
  });

  it("has the uniform law where all factors have one, and the wrapped normal law of its factors", () => {
    expect(productManifold(a, hyperbolic(2)).uniform).toBeUndefined();
    const flat = productManifold(hyperbolic(2), b);
    const source = wrappedNormal(flat, { mean: [1, 0, 0, 1, 2], deviation: 0.5 });
    const parts = productSource(
      wrappedNormal(hyperbolic(2), { mean: [1, 0, 0], deviation: 0.5 }),
      wrappedNormal(b, { mean: [1, 2], deviation: 0.5 }),
    );
    const x = source.sample(rngOf(2), 1).data;
    expect(source.logDensity(x)).toBeCloseTo(parts.logDensity(x), 13);
  });

  it("draws its factors independently", () => {
    const x = productSource(uniformSource(b), uniformSource(b)).sample(rngOf(4), 2000);
    const cells = new Float64Array(16);
    const quarter = (angle: number): number => Math.floor((2 * angle) / Math.PI);
    for (let i = 0; i < x.size; i++) cells[4 * quarter(x.data[4 * i]) + quarter(x.data[4 * i + 2])]++;
    expect(Math.abs(chiSquared(cells))).toBeLessThan(4.5);
  });
});

describe("wrappedNormal", () => {
  it("draws points at distances with the mean square d·s², and with the density that it says", () => {
    for (const [m, mean] of [
      [euclidean(3), [1, 2, 3]],
      [hyperbolic(2), [Math.sqrt(2), 1, 0]],
    ] as const) {
      const source = wrappedNormal(m, { mean, deviation: 0.7 });
      const x = source.sample(rngOf(8), 2000);
      const squares = Float64Array.from(
        { length: x.size },
        (_, b) => m.distance(x.data.slice(b * m.ambient, (b + 1) * m.ambient), Float64Array.from(mean)) ** 2,
      );
      expect(Math.abs(zScore(squares, m.dim * 0.49))).toBeLessThan(4.5);
      const mass = integrateBall(m, { x: Float64Array.from(mean), radius: 5, n: 40 }, (y) => Math.exp(source.logDensity(y)));
      expect(mass).toBeCloseTo(1, 2);
    }
  });

  it("has on spheres and rotations a density that integrates to one, windings included", () => {
    for (const [m, s] of [
      [sphere(2), 0.5],
      [sphere(2), 1.5],
      [sphere(3), 1],
      [rotations(), 1],
    ] as const) {
      const mean = pointAt(m, rngOf(6));
      const source = wrappedNormal(m, { mean, deviation: s });
      const n = m.dim === 2 ? 100 : 28;
      const mass = integrateBall(m, { x: mean, radius: Math.PI, n }, (y) => Math.exp(source.logDensity(y)));
      expect(mass).toBeCloseTo(1, 2);
      const x = source.sample(rngOf(7), 2000);
      const cosines = Float64Array.from({ length: x.size }, (_, b) => Math.cos(m.distance(row(x, b), mean)));
      const expected = integrateBall(
        m,
        { x: mean, radius: Math.PI, n },
        (y) => Math.exp(source.logDensity(y)) * Math.cos(m.distance(y, mean)),
      );
      expect(Math.abs(zScore(cosines, expected))).toBeLessThan(4.5);
    }
  });

  it("is on the circle of the plane what it is on the torus of one angle, and finite where geodesics meet", () => {
    for (const a of [0, 0.3, 2, 3.1]) {
      for (const s of [0.3, 2]) {
        expect(sphere(1).logWrappedNormal(Float64Array.of(0, a), s)).toBeCloseTo(logWrappedNormalAngle(a, s), 12);
      }
    }
    for (const m of [sphere(2), rotations()]) {
      const x = pointAt(m, rngOf(2));
      const source = wrappedNormal(m, { mean: x });
      expect(Number.isFinite(source.logDensity(x))).toBe(true);
      expect(Number.isFinite(source.logDensity(x.map((c) => -c)))).toBe(true);
    }
  });

  it("is refused around no point, and without width; and the uniform law where there is none", () => {
    expect(() => wrappedNormal(hyperbolic(2), { mean: [0, 0, 1] })).toThrow("Cannot use the mean of the source: row 0");
    expect(() => wrappedNormal(euclidean(1), { mean: [0], deviation: 0 })).toThrow("the deviation is 0");
    expect(() => uniformSource(euclidean(2))).toThrow("the volume of euclidean:2 is infinite");
  });
});

describe("requireOnManifold", () => {
  it("accepts what projectPoints gives for any coordinates near the manifold, and names the row that is off", () => {
    for (const m of manifolds) {
      const x = pointAt(m, rngOf(1)).map((c) => c * 1.01 + 1e-3);
      expect(() => requireOnManifold(m, projectPoints(m, { data: x, size: 1, dim: m.ambient }), "x")).not.toThrow();
    }
    expect(() =>
      requireOnManifold(
        sphere(1),
        pointsOf([
          [1, 0],
          [0, 2],
        ]),
        "the data",
      ),
    ).toThrow("Cannot use the data: row 1 is 1 off the manifold sphere:1; expected at most 1e-9, as after projectPoints");
    expect(() => requireOnManifold(hyperbolic(1), pointsOf([[-1, 0]]), "the data")).toThrow("row 0 is Infinity off");
    expect(() => projectPoints(sphere(2), pointsOf([[1, 0]]))).toThrow("they have dim 2; expected 3");
  });
});
