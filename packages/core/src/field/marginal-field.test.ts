import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { atoms } from "../distribution/index.js";
import { conditionalVelocity, convert } from "../path/index.js";
import { type Points, points, pointsOf, row, zerosLike } from "../points/index.js";
import { normal, rngOf } from "../random/index.js";
import { condOt, cosine, linearVp, polynomial, type Scheduler, squareRoot, vp } from "../scheduler/index.js";
import { atomPosterior } from "./atom-posterior.js";
import { marginalField } from "./marginal-field.js";
import { type Quantity, quantities } from "./quantity.js";

const D = 3;
const draw = (key: number, size: number): Points => points(normal(rngOf(key), new Float64Array(size * D)), D);
const schedulers: Scheduler[] = [
  condOt(),
  condOt({ sigmaMin: 0.1 }),
  polynomial(2),
  polynomial(0.5),
  cosine(),
  linearVp(),
  vp(),
  squareRoot(),
];
const field = (scheduler: Scheduler, key: number, bandwidth = 0) => {
  const data = atoms(draw(key, 9));
  return { data, u: marginalField(scheduler, atomPosterior(data, { bandwidth })) };
};
const one = (name: Quantity, found: { values: Partial<Record<Quantity, Float64Array>> }): Float64Array => {
  const value = found.values[name];
  if (value === undefined) throw new Error(`no ${name}`);
  return value;
};

describe.each(schedulers.map((scheduler) => [scheduler.name, scheduler] as const))("%s", (_, scheduler) => {
  test("u_t(x) is the posterior average of the conditional velocities", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.02, max: 0.97, noNaN: true }), fc.integer({ min: 0, max: 1e6 }), (t, key) => {
        const { data, u } = field(scheduler, key);
        const at = scheduler.at(t);
        const x = draw(key + 1, 1);
        const weights = u.posterior.weights(x, at);
        const found = u.evaluate(t, x, zerosLike(x)).data;
        const terms = Array.from(weights, (w, i) =>
          conditionalVelocity(at, x, points(row(data.points, i), D)).data.map((v) => w * v),
        );
        for (let d = 0; d < D; d++) {
          const expected = terms.reduce((sum, term) => sum + term[d], 0);
          const size = terms.reduce((sum, term) => sum + Math.abs(term[d]), 0);
          // The weights carry the rounding of their logits, ‖x − αz‖²/2β² of a few tens over β².
          expect(Math.abs(found[d] - expected)).toBeLessThan((1e-13 * (size + Math.abs(expected))) / at.beta ** 2);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("velocity, score, noise and denoiser are conversions of each other, and ∇·u follows from tr Cov", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.02, max: 0.97, noNaN: true }),
        fc.constantFrom(0, 0.5),
        fc.integer({ min: 0, max: 1e6 }),
        (t, h, key) => {
          const { u } = field(scheduler, key, h);
          const at = scheduler.at(t);
          const x = draw(key + 1, 2);
          const found = u.quantities(t, x, ["velocity", "denoiser", "noise", "score", "divergence", "traceCov"]);
          const names = ["velocity", "denoiser", "noise", "score"] as const;
          for (const from of names) {
            for (const to of names) {
              const converted = convert({ from, to, at }, x, points(one(from, found), D)).data;
              const unit = 1 + Math.abs(at.dBeta) + at.dAlpha + Math.abs(at.dAlpha / at.alpha);
              converted.forEach((v, d) => {
                expect(Math.abs(v - one(to, found)[d])).toBeLessThan(
                  (1e-13 * unit ** 2 * (1 + Math.abs(x.data[d]))) / (at.alpha * at.beta ** 3),
                );
              });
            }
          }
          const a = at.dBeta / at.beta;
          const b = at.dAlpha - at.alpha * a;
          one("traceCov", found).forEach((s, k) => {
            const terms = [a * D, b * (at.alpha / at.beta ** 2) * s];
            const size = Math.abs(terms[0]) + Math.abs(terms[1]);
            expect(Math.abs(one("divergence", found)[k] - terms[0] - terms[1])).toBeLessThan((1e-12 * size) / at.beta ** 2);
          });
        },
      ),
      { numRuns: 40 },
    );
  });

  test("smoothed data have every quantity at t = 1 but under infinite slopes, continuously", () => {
    const { u } = field(scheduler, 4, 0.5);
    const x = draw(5, 2);
    const names = quantities.filter((name) => name !== "jvp");
    const [end, near] = [1, 1 - 2 ** -40].map((t) => u.quantities(t, x, names));
    for (const name of names) {
      one(name, end).forEach((v, i) => {
        expect(Number.isFinite(v)).toBe(true);
        // β² moves by 2⁻⁴⁰, β (in the noise) by 2⁻²⁰ where it ends like a square root.
        expect(Math.abs(v - one(name, near)[i])).toBeLessThan(name === "noise" ? 1e-4 : 1e-9);
      });
    }
  });
});

test("at t = 1 over atoms what has a limit is returned and the rest refused, with the list of what there is", () => {
  const { data, u } = field(condOt(), 6);
  const x = draw(7, 2);
  const { values, top, certificate } = u.quantities(1, x, ["denoiser", "entropy", "ess", "traceCov"], { top: 1 });
  expect(values.denoiser).toEqual(u.posterior.limit(x).denoiser.data);
  expect([...(values.entropy ?? []), ...(values.ess ?? []), ...(values.traceCov ?? [])]).toEqual([0, 0, 1, 1, 0, 0]);
  expect(row(data.points, top.indices[1])).toEqual(values.denoiser?.subarray(D));
  expect(certificate).toEqual({ promise: "exact", evaluations: 9 * x.size, skipped: 0, backend: "reference" });
  for (const name of ["velocity", "score", "noise", "logDensity", "divergence", "jvp"] as const) {
    expect(() => u.quantities(1, x, [name], { tangent: x })).toThrow(
      `Cannot evaluate "${name}" at t = 1: it diverges, since the path ends on the data points (β = 0); expected t < 1, or one of denoiser, traceCov, entropy, ess`,
    );
  }
  expect(() => u.evaluate(1, x, zerosLike(x))).toThrow(/^Cannot evaluate "velocity" at t = 1: it diverges/);
});

test("at a tie the limit at t = 1 is the mean of the tied atoms", () => {
  const u = marginalField(
    condOt(),
    atomPosterior(
      atoms(
        pointsOf([
          [1, 0],
          [-1, 0],
          [9, 9],
        ]),
      ),
    ),
  );
  const { values } = u.quantities(1, pointsOf([[0, 0.3]]), ["denoiser", "entropy", "ess", "traceCov"]);
  expect(values).toEqual({
    denoiser: Float64Array.of(0, 0),
    entropy: Float64Array.of(Math.LN2),
    ess: Float64Array.of(2),
    traceCov: Float64Array.of(1),
  });
});

test("at t = 0 the field is α̇·E z + β̇·x, and where a slope is infinite it says so", () => {
  const { data, u } = field(condOt(), 8);
  const x = draw(9, 1);
  const velocity = u.evaluate(0, x, zerosLike(x)).data;
  for (let d = 0; d < D; d++) {
    let mean = 0;
    for (let i = 0; i < 9; i++) mean += row(data.points, i)[d] / 9;
    expect(velocity[d]).toBeCloseTo(mean - x.data[d], 13);
  }
  const steep = field(polynomial(0.5), 8).u;
  expect(() => steep.evaluate(0, x, zerosLike(x))).toThrow(
    /^Cannot evaluate "velocity" at t = 0 where dAlpha = Infinity, dBeta = -Infinity, betaDBeta = -Infinity: value 0 is .*; expected a finite number$/,
  );
  expect(one("denoiser", steep.quantities(0, x, ["denoiser"]))[0]).toBeCloseTo(
    one("denoiser", u.quantities(0, x, ["denoiser"]))[0],
    14,
  );
});

test("the Jacobian-vector product is a derivative of the velocity, along each row's own direction", () => {
  const { u } = field(cosine(), 10);
  const [x, v] = [draw(11, 2), draw(12, 2)];
  const product = one("jvp", u.quantities(0.4, x, ["jvp"], { tangent: v }));
  const at = (h: number): Float64Array => {
    const moved = points(
      x.data.map((value, d) => value + h * v.data[d]),
      D,
    );
    return u.evaluate(0.4, moved, zerosLike(x)).data;
  };
  const h = 1e-3;
  const [p, q, r, s] = [at(h), at(-h), at(2 * h), at(-2 * h)];
  product.forEach((value, d) => {
    expect(Math.abs((8 * (p[d] - q[d]) - (r[d] - s[d])) / (12 * h) - value)).toBeLessThan(1e-8); // truncation h⁴ = 1e-12
  });
  expect(() => u.quantities(0.4, x, ["jvp"])).toThrow("directions are [0, 0]; expected [2, 3]");
  expect(() => u.quantities(0.4, x, ["jvp"], { tangent: draw(1, 1) })).toThrow("directions are [1, 3]; expected [2, 3]");
});

test("the answer may take the place of the point, and questions that cannot be answered are refused", () => {
  const { u } = field(condOt(), 13);
  const x = draw(14, 2);
  const apart = u.evaluate(0.3, x, zerosLike(x));
  expect(u.evaluate(0.3, x, x)).toBe(x);
  expect(x).toEqual(apart);
  expect(() => u.quantities(0.3, x, ["speed" as Quantity])).toThrow(
    /^Cannot evaluate "speed": no such quantity; expected one of velocity, denoiser/,
  );
  expect(() => u.evaluate(1.2, x, x)).toThrow(/t is 1.2; expected 0 ≤ t ≤ 1$/);
  expect(() => u.evaluate(0.5, pointsOf([[1]]), pointsOf([[1]]))).toThrow(/x has dim 1, data has dim 3; expected equal dims$/);
});
