import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { points, pointsOf } from "../points/index.js";
import { normal, rngOf } from "../random/index.js";
import { condOt, cosine, custom, dual, linearVp, polynomial, type Scheduler, squareRoot, vp } from "../scheduler/index.js";
import { conversion, convert, type Prediction } from "./convert.js";

const kinds: Prediction[] = ["velocity", "denoiser", "noise", "score"];
const pairs = kinds.flatMap((from) => kinds.filter((to) => to !== from).map((to) => [from, to] as const));
const schedulers = [
  condOt(),
  condOt({ sigmaMin: 0.2 }),
  polynomial(2),
  polynomial(0.5),
  cosine(),
  linearVp(),
  vp(),
  squareRoot(),
];

/** One state of the world in its four parametrisations: x = αμ + βε, u = α̇μ + β̇ε, score = −ε/β. */
function world(scheduler: Scheduler, t: number, key: number): Record<Prediction | "x", Float64Array> {
  const { alpha, beta, dAlpha, dBeta } = scheduler.at(t);
  const [denoiser, noise] = [0, 1].map((k) => normal(rngOf(key + k), new Float64Array(6)));
  return {
    x: denoiser.map((m, d) => alpha * m + beta * noise[d]),
    velocity: denoiser.map((m, d) => dAlpha * m + dBeta * noise[d]),
    denoiser,
    noise,
    score: noise.map((e) => -e / beta),
  };
}

describe.each(schedulers.map((scheduler) => [scheduler.name, scheduler] as const))("%s", (_, scheduler) => {
  test.each(pairs)("%s → %s gives the other parametrisation of the same state", (from, to) => {
    fc.assert(
      fc.property(fc.double({ min: 0.02, max: 0.98, noNaN: true }), fc.integer({ min: 0, max: 1e6 }), (t, key) => {
        const at = scheduler.at(t);
        const state = world(scheduler, t, key);
        const x = points(state.x, 3);
        const value = points(state[from], 3);
        const found = convert({ from, to, at }, x, value);
        const c = conversion(from, to, at);
        found.data.forEach((v, d) => {
          // The inputs carry a rounding each, which the conversion multiplies by its coefficients; α̇β − αβ̇ > 0 adds two
          // positive terms and does not cancel.
          const size =
            Math.abs(c.x) * (Math.abs(state.denoiser[d]) + Math.abs(state.noise[d])) +
            Math.abs(c.value) * inputSize(at, state, from, d);
          expect(Math.abs(v - state[to][d])).toBeLessThan(16 * Number.EPSILON * (size + Math.abs(v)));
        });
      }),
    );
  });

  test.each(pairs)("%s → %s → %s is the identity", (from, to) => {
    fc.assert(
      fc.property(fc.double({ min: 1e-4, max: 1 - 1e-4, noNaN: true }), (t) => {
        const at = scheduler.at(t);
        const [there, back] = [conversion(from, to, at), conversion(to, from, at)];
        // y = p·x + q·v, v = r·x + s·y: needs q·s = 1 and r + s·p = 0.
        expect(Math.abs(there.value * back.value - 1)).toBeLessThan(16 * Number.EPSILON);
        const size = Math.abs(back.x) + Math.abs(back.value * there.x);
        expect(Math.abs(back.x + back.value * there.x)).toBeLessThanOrEqual(16 * Number.EPSILON * size);
      }),
    );
  });

  test.each(pairs)("%s → %s at an end is the limit from inside, or refused", (from, to) => {
    for (const end of [0, 1]) {
      const near = (k: number): number => (end === 0 ? 2 ** -k : 1 - 2 ** -k);
      const [far, close] = [40, 50].map((k) => conversion(from, to, scheduler.at(near(k))));
      // At 2⁻⁴⁰ and 2⁻⁵⁰ a coefficient that goes like t^(±1/2) moves 32-fold; a finite limit is within 2⁻²⁰·scale.
      const settled = (p: number, q: number): boolean => Math.abs(p - q) < 1e-4 && Math.abs(q) < 1e3;
      const finite = settled(far.x, close.x) && settled(far.value, close.value);
      const at = scheduler.at(end);
      // An infinite velocity says nothing of what it outweighs: the noise where β̇ = −∞ has the factor 0, and the signal
      // where α̇ = ∞ is the difference of two infinite terms.
      const infinite = end === 1 ? to === "noise" && at.dBeta === -Infinity : to === "denoiser" && at.dAlpha === Infinity;
      const lost = from === "velocity" && infinite;
      if (!finite || lost) {
        expect(() => conversion(from, to, at)).toThrow(
          new RegExp(`^Cannot convert ${from} to ${to} at .*: the limit does not exist; expected a time inside \\(0, 1\\)$`),
        );
      } else {
        expect(Math.abs(conversion(from, to, at).x - close.x)).toBeLessThan(1e-5);
        expect(Math.abs(conversion(from, to, at).value - close.value)).toBeLessThan(1e-5);
      }
    }
  });
});

/** Sum of the sizes of the two terms that a prediction is made of. */
function inputSize(
  at: { dAlpha: number; dBeta: number },
  state: Record<Prediction, Float64Array>,
  from: Prediction,
  d: number,
): number {
  if (from !== "velocity") return Math.abs(state[from][d]);
  return Math.abs(at.dAlpha * state.denoiser[d]) + Math.abs(at.dBeta * state.noise[d]);
}

test("the ends that limits decide: x/α is the denoiser at β = 0, x/β the noise at α = 0, whatever the velocity", () => {
  const x = pointsOf([[0.3, -2]]);
  const infinite = pointsOf([[Infinity, -Infinity]]);
  const end = squareRoot().at(1);
  expect(convert({ from: "velocity", to: "denoiser", at: end }, x, infinite).data).toEqual(x.data);
  const start = polynomial(0.5).at(0);
  expect(convert({ from: "velocity", to: "noise", at: start }, x, infinite).data).toEqual(x.data);
  expect(convert({ from: "velocity", to: "score", at: polynomial(2).at(0) }, x, x).data).toEqual(x.data.map((v) => -v));
});

test("a path that stands still at its end still has its denoiser there", () => {
  const still = custom({
    name: "still",
    alpha: (t) => dual.sub(1, dual.pow(dual.sub(1, t), 2)),
    beta: (t) => dual.pow(dual.sub(1, t), 2),
  }); // α̇ = β̇ = 0 at t = 1, where every velocity is 0
  expect(conversion("velocity", "denoiser", still.at(1))).toEqual({ x: 1, value: 0 });
});

test("the answer may take the place of the value", () => {
  const at = cosine().at(0.4);
  const x = pointsOf([[1, 2]]);
  const value = pointsOf([[3, -1]]);
  const apart = convert({ from: "noise", to: "velocity", at }, x, value);
  expect(convert({ from: "noise", to: "velocity", at }, x, value, value)).toBe(value);
  expect(value).toEqual(apart);
  expect(() => convert({ from: "noise", to: "score", at }, x, pointsOf([[1]]))).toThrow(
    "Cannot convert noise to score: x is [1, 2], the value is [1, 1]; expected equal shapes",
  );
});
