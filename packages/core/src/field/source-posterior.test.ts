import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { atoms, gaussianSource, type Source, standardNormal, userSource } from "../distribution/index.js";
import { type Points, points, pointsOf, row, zerosLike } from "../points/index.js";
import { normal, rngOf, uniform } from "../random/index.js";
import { condOt } from "../scheduler/index.js";
import { atomPosterior } from "./atom-posterior.js";
import { marginalField } from "./marginal-field.js";
import { sourcePosterior } from "./source-posterior.js";

const D = 2;
const draw = (key: number, size: number): Points => points(normal(rngOf(key), new Float64Array(size * D)), D);
const dataOf = (key: number, N: number) => atoms(draw(key, N), uniform(rngOf(key + 1), new Float64Array(N)));
const straight = (t: number) => ({ alpha: t, beta: 1 - t });

/** Independent logistic coordinates: log p = −x − 2·log(1 + e^−x), score = −tanh(x/2). */
const logistic: Source = userSource({
  dim: D,
  sample: (rng, size) =>
    points(
      uniform(rng, new Float64Array(size * D)).map((u) => Math.log(u / (1 - u))),
      D,
    ),
  logDensity(x, out) {
    for (let b = 0; b < x.size; b++)
      out[b] = row(x, b).reduce((sum, v) => sum - Math.abs(v) - 2 * Math.log1p(Math.exp(-Math.abs(v))), 0);
    return out;
  },
  score(x, out) {
    out.data.set(x.data.map((v) => -Math.tanh(v / 2)));
    return out;
  },
});
const narrow = gaussianSource({ variances: [1, 0.1] });
const correlated = gaussianSource({ mean: [0.5, -1], covariance: Float64Array.of(1, 0.6, 0.6, 0.8) });
const sources: [string, Source][] = [
  ["N(0, I)", standardNormal(D)],
  ["diag(1, 0.1)", narrow],
  ["a correlated Gaussian", correlated],
  ["logistic coordinates", logistic],
];

test("from N(0, I) it is the atom posterior", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 0.95, noNaN: true }), fc.integer({ min: 0, max: 1e6 }), (t, key) => {
      const data = dataOf(key, 9);
      const [x, v] = [draw(key + 2, 3), draw(key + 3, 3)];
      const ask = { spread: true, top: 4, tangent: v };
      const one = atomPosterior(data).evaluate(x, straight(t), ask);
      const other = sourcePosterior(data, standardNormal(D)).evaluate(x, straight(t), ask);
      const slack = 1e-12 / (1 - t) ** 4;
      const close = (p: ArrayLike<number> = [], q: ArrayLike<number> = []): void => {
        expect(p.length).toBe(q.length);
        for (let i = 0; i < p.length; i++) expect(Math.abs(p[i] - q[i])).toBeLessThanOrEqual(slack * (1 + Math.abs(q[i])));
      };
      for (const name of ["logDensity", "entropy", "ess"] as const) close(other[name], one[name]);
      for (const name of ["denoiser", "scaledNoise", "score"] as const) close(other[name].data, one[name].data);
      for (const name of ["traceCov", "denoiserDivergence", "scaledNoiseDivergence"] as const) {
        close(other.spread?.[name], one.spread?.[name]);
      }
      close(other.tangent?.denoiser.data, one.tangent?.denoiser.data);
      close(other.tangent?.scaledNoise.data, one.tangent?.scaledNoise.data);
      expect(other.top.indices).toEqual(one.top.indices);
    }),
    { numRuns: 60 },
  );
});

/** Five-point difference. */
const slope = (f: (h: number) => number, h: number): number => (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h);
const moved = (x: Points, d: number, h: number): Points =>
  points(
    x.data.map((v, k) => (k === d ? v + h : v)),
    D,
  );

describe.each(sources)("from %s", (_, source) => {
  const data = dataOf(2, 6);
  const posterior = sourcePosterior(data, source);
  const u = marginalField(condOt(), posterior);
  const x = pointsOf([[0.3, 0.2]]);

  test("the weights are those of Bayes' rule over the source density", () => {
    const at = straight(0.4);
    const joint = Array.from({ length: 6 }, (_, i) => {
      const noise = points(
        x.data.map((v, d) => (v - at.alpha * row(data.points, i)[d]) / at.beta),
        D,
      );
      return Math.exp(data.logWeights[i] + source.logDensity(noise, new Float64Array(1))[0]) / at.beta ** D;
    });
    const total = joint.reduce((sum, p) => sum + p, 0);
    const weights = posterior.weights(x, at);
    joint.forEach((p, i) => {
      expect(Math.abs(weights[i] - p / total)).toBeLessThan(1e-14);
    });
    expect(posterior.evaluate(x, at).logDensity[0]).toBeCloseTo(Math.log(total), 13);
  });

  test("score, divergence and Jacobian are derivatives of density and field", () => {
    for (const t of [0.1, 0.35, 0.7]) {
      const { score, divergence } = u.quantities(t, x, ["score", "divergence"]).values;
      let trace = 0;
      for (let d = 0; d < D; d++) {
        const density = (h: number): number => posterior.evaluate(moved(x, d, h), straight(t)).logDensity[0];
        // h = 1e-3: truncation 1e-12·f⁽⁵⁾ with fifth derivatives up to 1/(0.3·0.1^½)⁵ ~ 1e5, rounding 1e-13.
        expect(Math.abs(slope(density, 1e-3) - (score?.[d] ?? Number.NaN))).toBeLessThan(1e-6);
        const axis = pointsOf([[0, 1].map((k) => (k === d ? 1 : 0))]);
        const column = u.quantities(t, x, ["jvp"], { tangent: axis }).values.jvp;
        for (let k = 0; k < D; k++) {
          const partial = slope((h) => u.evaluate(t, moved(x, d, h), zerosLike(x)).data[k], 1e-3);
          expect(Math.abs(partial - (column?.[k] ?? Number.NaN))).toBeLessThan(1e-5);
          if (k === d) trace += partial;
        }
      }
      expect(Math.abs(trace - (divergence?.[0] ?? Number.NaN))).toBeLessThan(2e-5);
    }
  });

  test("the marginal pair solves the continuity equation", () => {
    for (const t of [0.1, 0.35, 0.7]) {
      const density = (h: number): number => posterior.evaluate(x, straight(t + h)).logDensity[0];
      const { velocity, score, divergence } = u.quantities(t, x, ["velocity", "score", "divergence"]).values;
      if (!velocity || !score || !divergence) throw new Error("missing quantity");
      const flux = divergence[0] + velocity[0] * score[0] + velocity[1] * score[1];
      expect(Math.abs(slope(density, 1e-3) + flux)).toBeLessThan(1e-5); // truncation as above
    }
  });

  test("E[ε|x] and E[z|x] put x back together", () => {
    const at = straight(0.6);
    const { denoiser, scaledNoise } = posterior.evaluate(x, at);
    x.data.forEach((v, d) => {
      expect(at.alpha * denoiser.data[d] + at.beta ** 2 * scaledNoise.data[d]).toBeCloseTo(v, 14);
    });
  });
});

/** ∇u as [D][D]. */
function jacobian(source: Source, t: number, x: Points): number[][] {
  const u = marginalField(condOt(), sourcePosterior(dataOf(2, 5), source));
  const columns = [0, 1].map(
    (d) => u.quantities(t, x, ["jvp"], { tangent: pointsOf([[0, 1].map((k) => (k === d ? 1 : 0))]) }).values.jvp,
  );
  return [0, 1].map((p) => [0, 1].map((q) => columns[q]?.[p] ?? Number.NaN));
}

test("from an anisotropic source the field is no gradient: its antisymmetric part is (b/2)(α/β²)[Cov, Σ⁻¹]", () => {
  const [t, x] = [0.35, pointsOf([[0.3, 0.2]])];
  const { alpha, beta } = straight(t);
  const b = 1 / beta; // α̇ − αβ̇/β of condOt
  const data = dataOf(2, 5);
  const weights = sourcePosterior(data, narrow).weights(x, straight(t));
  const mean = [0, 1].map((d) => weights.reduce((sum, w, i) => sum + w * row(data.points, i)[d], 0));
  const cov01 = weights.reduce(
    (sum, w, i) => sum + w * (row(data.points, i)[0] - mean[0]) * (row(data.points, i)[1] - mean[1]),
    0,
  );
  const J = jacobian(narrow, t, x);
  // [Cov Σ⁻¹ − Σ⁻¹Cov]₀₁ = c₀₁/σ₁² − c₀₁/σ₀² with σ² = (1, 0.1)
  expect(J[0][1] - J[1][0]).toBeCloseTo(b * (alpha / beta ** 2) * cov01 * (10 - 1), 11);
  expect(Math.abs(J[0][1] - J[1][0])).toBeGreaterThan(0.1);
});

test("from an isotropic source, at any scale, the curl is 0", () => {
  const wide = gaussianSource({ variances: [4, 4], mean: [1, 1] });
  for (const source of [standardNormal(D), wide]) {
    const J = jacobian(source, 0.35, pointsOf([[0.3, 0.2]]));
    expect(Math.abs(J[0][1] - J[1][0])).toBeLessThan(1e-13);
  }
});

test("the score of another source than N(0, I) is not minus the noise", () => {
  const { score, scaledNoise } = sourcePosterior(dataOf(2, 5), narrow).evaluate(pointsOf([[0.3, 0.2]]), straight(0.35));
  expect(Math.abs(score.data[1] + scaledNoise.data[1])).toBeGreaterThan(0.1);
});

test("more atoms than are seen at a time give what fewer give", () => {
  const N = 2500;
  const many = dataOf(5, N);
  const [x, v] = [draw(6, 2), draw(7, 2)];
  const ask = { spread: true, top: 3, tangent: v };
  const one = atomPosterior(many).evaluate(x, straight(0.3), ask);
  const other = sourcePosterior(many, standardNormal(D)).evaluate(x, straight(0.3), ask);
  for (const name of ["denoiser", "score"] as const) {
    other[name].data.forEach((value, d) => {
      expect(Math.abs(value - one[name].data[d])).toBeLessThan(1e-11); // sums of 2,500 terms in two orders
    });
  }
  expect(other.spread?.traceCov[1]).toBeCloseTo(one.spread?.traceCov[1] ?? Number.NaN, 11);
  expect(other.tangent?.denoiser.data[3]).toBeCloseTo(one.tangent?.denoiser.data[3] ?? Number.NaN, 11);
  expect(other.top.indices).toEqual(one.top.indices);
});

test("what has no answer is refused: β = 0, another dimension, a source without density there", () => {
  const data = dataOf(2, 5);
  const posterior = sourcePosterior(data, narrow);
  expect(() => posterior.evaluate(draw(1, 1), { alpha: 1, beta: 0 })).toThrow(/^Cannot evaluate the posterior at β = 0/);
  expect(() => posterior.limit(draw(1, 1))).toThrow(/which atom is nearest depends on the tails of the source/);
  expect(() => sourcePosterior(data, standardNormal(3))).toThrow(
    "Cannot bind the data: the source has dim 3, the data has dim 2; expected equal dims",
  );
  const square = userSource({
    ...logistic,
    logDensity(x, out) {
      for (let b = 0; b < x.size; b++) out[b] = row(x, b).every((v) => Math.abs(v) <= 1) ? -Math.log(4) : -Infinity;
      return out;
    },
  });
  expect(() => sourcePosterior(data, square).evaluate(pointsOf([[50, 0]]), straight(0.2))).toThrow(
    /^Cannot evaluate the posterior: point 0 has density 0 in float64 under every component/,
  );
});
