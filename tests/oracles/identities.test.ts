import {
  atomPosterior,
  atoms,
  conditionalTimeDerivative,
  condOt,
  cosine,
  linearVp,
  marginalField,
  type Points,
  points,
  pointsOf,
  rk4,
  row,
  type Scheduler,
  squareRoot,
  zerosLike,
} from "@fluxion/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { distance, draws, drawWeights, flow, jacobian, quantity, velocity } from "./exact.js";

/* O9: what holds on any data. */
const D = 3;
const N = 8;
const seed = fc.integer({ min: 0, max: 1e6 });
const time = fc.double({ min: 0.02, max: 0.9, noNaN: true });
const random = (scheduler: Scheduler, key: number) => {
  const data = atoms(draws(key, N, D), drawWeights(key + 1, N));
  return { data, field: marginalField(scheduler, atomPosterior(data)) };
};

describe.each([condOt(), cosine(), linearVp(), squareRoot()].map((s) => [s.name, s] as const))("%s", (_, scheduler) => {
  test("∇u is symmetric, at least (β̇/β)·I, and ∇·u is its trace", () => {
    fc.assert(
      fc.property(time, seed, (t, key) => {
        const { field } = random(scheduler, key);
        const { beta, dBeta } = scheduler.at(t);
        const x = draws(key + 2, 1, D);
        const J = jacobian(field, t, x);
        const rounding = 1e-12 / beta ** 4;
        for (let p = 0; p < D; p++) for (let q = 0; q < p; q++) expect(Math.abs(J[p][q] - J[q][p])).toBeLessThan(rounding);
        const v = draws(key + 3, 1, D).data;
        let [form, square] = [0, 0];
        for (let p = 0; p < D; p++) {
          square += v[p] * v[p];
          for (let q = 0; q < D; q++) form += v[p] * J[p][q] * v[q];
        }
        expect(form).toBeGreaterThanOrEqual((dBeta / beta) * square - rounding * square);
        expect(Math.abs(quantity(field, "divergence", t, x)[0] - J[0][0] - J[1][1] - J[2][2])).toBeLessThan(rounding);
      }),
      { numRuns: 50 },
    );
  });

  test("the marginal continuity equation holds, with ∂_t log p_t = Σ λ_i ∂_t log p_t(x|z_i)", () => {
    fc.assert(
      fc.property(time, seed, (t, key) => {
        const { data, field } = random(scheduler, key);
        const at = scheduler.at(t);
        const x = draws(key + 2, 1, D);
        const weights = field.posterior.weights(x, at);
        const repeated = points(
          Float64Array.from({ length: N * D }, (_, k) => x.data[k % D]),
          D,
        );
        const rates = conditionalTimeDerivative(at, repeated, data.points);
        const rate = rates.reduce((sum, v, i) => sum + weights[i] * v, 0);
        const [u, score] = [velocity(field, t, x), quantity(field, "score", t, x)];
        const flux = quantity(field, "divergence", t, x)[0] + u.reduce((sum, v, d) => sum + v * score[d], 0);
        const size = rates.reduce((sum, v, i) => sum + weights[i] * Math.abs(v), 0);
        expect(Math.abs(rate + flux)).toBeLessThan((1e-12 * (1 + size)) / at.beta ** 4);
        // and ∂_t log p_t by itself, over five points in time
        const log = (h: number): number => quantity(field, "logDensity", t + h, x)[0];
        const h = 1e-3 * at.beta ** 2;
        const slope = (8 * (log(h) - log(-h)) - (log(2 * h) - log(-2 * h))) / (12 * h);
        // Truncation h⁴ times a fifth derivative of size (‖x − αz‖²/β³)⁵; rounding 1e-16·|log p|/h.
        if (t > 0.05) expect(Math.abs(slope - rate)).toBeLessThan(1e-4 * (1 + size));
      }),
      { numRuns: 50 },
    );
  });

  test("in w = x/β and s = α/β the field is the posterior mean: dw/ds = μ", () => {
    fc.assert(
      fc.property(time, seed, (t, key) => {
        const { field } = random(scheduler, key);
        const { alpha, beta, dAlpha, dBeta } = scheduler.at(t);
        const x = draws(key + 2, 1, D);
        const u = velocity(field, t, x);
        const mu = quantity(field, "denoiser", t, x);
        const clock = (dAlpha * beta - alpha * dBeta) / beta ** 2; // ds/dt
        const found = u.map((v, d) => (v - (dBeta / beta) * x.data[d]) / beta / clock);
        expect(distance(found, mu)).toBeLessThan(1e-12 / beta ** 2);
      }),
      { numRuns: 50 },
    );
  });

  test("outside the span of the data the flow is noise alone: x_⊥ = β x_⊥(0)", () => {
    const plane = pointsOf(Array.from({ length: 6 }, (_, i) => [...row(draws(30, 6, 2), i), 0, 0]));
    const field = marginalField(scheduler, atomPosterior(atoms(plane)));
    const x0 = draws(31, 5, 4);
    const to = 0.9;
    const end = flow(field, scheduler, x0, { tableau: rk4, steps: 300, to });
    const { beta } = scheduler.at(scheduler.timeOfSnr(to / (1 - to)));
    for (let b = 0; b < 5; b++) {
      for (const d of [2, 3]) expect(Math.abs(row(end, b)[d] - beta * row(x0, b)[d])).toBeLessThan(1e-8); // fourth order
    }
  });
});

test("every scheduler takes the same noise to the same place, by the same states", () => {
  const data = atoms(draws(40, 12, D));
  const x0 = draws(41, 20, D);
  const to = 0.95;
  const states = (scheduler: Scheduler): Float64Array[] => {
    const seen: Float64Array[] = [];
    flow(marginalField(scheduler, atomPosterior(data)), scheduler, x0, { tableau: rk4, steps: 1000, to }, (n, t, x) => {
      if (n % 200 === 0) seen.push(x.data.map((v) => v / scheduler.at(t).beta)); // w = x/β
    });
    return seen;
  };
  const [first, ...others] = [condOt(), cosine(), linearVp(), squareRoot()].map(states);
  for (const other of others) {
    other.forEach((w, k) => {
      expect(distance(w, first[k])).toBeLessThan(2e-5); // w grows to 20; fourth order on 1,000 steps, steep where basins part
    });
  }
});

test("as one weight goes to one, the field goes to that of its atom alone", () => {
  const z = draws(50, 4, D);
  const x = draws(51, 3, D);
  const alone = marginalField(condOt(), atomPosterior(atoms(pointsOf([[...row(z, 2)]]))));
  for (const small of [1e-6, 1e-12, 1e-300]) {
    const field = marginalField(condOt(), atomPosterior(atoms(z, [small, small, 1, small])));
    // λ ≤ π·e^{ℓ_i − ℓ_2}, where logits at t = 0.3 differ by less than 30.
    expect(distance(velocity(field, 0.3, x), velocity(alone, 0.3, x))).toBeLessThan(1e-13 + small * Math.exp(30));
  }
});

test("shifting data by c and the path by αc adds α̇c to the velocity", () => {
  fc.assert(
    fc.property(time, seed, (t, key) => {
      const { data, field } = random(cosine(), key);
      const c = [2, -5, 0.5];
      const shift = (p: Points, s: number): Points =>
        points(
          p.data.map((v, d) => v + s * c[d % D]),
          D,
        );
      const { alpha, beta, dAlpha } = cosine().at(t);
      const x = draws(key + 2, 2, D);
      const moved = marginalField(cosine(), atomPosterior({ ...data, points: shift(data.points, 1) }));
      const expected = shift({ ...zerosLike(x), data: velocity(field, t, x) }, dAlpha).data;
      expect(distance(velocity(moved, t, shift(x, alpha)), expected)).toBeLessThan(1e-12 / beta ** 4);
    }),
    { numRuns: 50 },
  );
});
