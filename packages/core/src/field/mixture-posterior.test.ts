import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Covariances, gaussianMixture, type Mixture } from "../distribution/index.js";
import { cholesky, choleskySolve, logDeterminant } from "../linalg/index.js";
import { type Points, points, pointsOf, row } from "../points/index.js";
import { normal, rngOf, uniform } from "../random/index.js";
import { mixturePosterior } from "./mixture-posterior.js";
import type { PathPoint } from "./posterior.js";

const K = 4;
const D = 3;
const draw = (key: number, size: number): Points => points(normal(rngOf(key), new Float64Array(size * D)), D);
const positive = (key: number, size: number): Float64Array => uniform(rngOf(key), new Float64Array(size)).map((u) => 0.1 + 2 * u);

/** C = AAᵀ/D + 0.1·I. */
function covariance(key: number): Float64Array {
  const a = normal(rngOf(key), new Float64Array(D * D));
  const out = new Float64Array(D * D);
  for (let p = 0; p < D; p++) {
    for (let q = 0; q < D; q++) {
      for (let k = 0; k < D; k++) out[p * D + q] += (a[p * D + k] * a[q * D + k]) / D;
      if (p === q) out[p * D + q] += 0.1;
    }
  }
  return out;
}

interface Plain {
  readonly mixture: Mixture;
  readonly means: Points;
  readonly weights: number[];
  /** C_k as full matrices. */
  readonly matrices: Float64Array[];
}

function plain(kind: Covariances["kind"], key: number): Plain {
  const means = draw(key, K);
  const raw = uniform(rngOf(key + 1), new Float64Array(K));
  const total = raw.reduce((sum, w) => sum + w, 0);
  const diagonal = (of: (k: number, d: number) => number): Float64Array[] =>
    Array.from({ length: K }, (_, k) =>
      Float64Array.from({ length: D * D }, (__, at) => (at % (D + 1) === 0 ? of(k, at % D) : 0)),
    );
  const finish = (covariances: Covariances, matrices: Float64Array[]): Plain => ({
    mixture: gaussianMixture({ means, covariances, weights: raw }),
    means,
    weights: [...raw.map((w) => w / total)],
    matrices,
  });
  if (kind === "isotropic") {
    const variances = positive(key + 2, K);
    return finish(
      { kind, variances },
      diagonal((k) => variances[k]),
    );
  }
  if (kind === "diagonal") {
    const variances = positive(key + 2, K * D);
    return finish(
      { kind, variances },
      diagonal((k, d) => variances[k * D + d]),
    );
  }
  const matrices = Array.from({ length: K }, (_, k) => covariance(key + 10 + k));
  return finish({ kind, matrices: matrices.flatMap((m) => [...m]) }, matrices);
}

const times = (m: Float64Array, v: ArrayLike<number>): Float64Array =>
  Float64Array.from({ length: D }, (_, p) => [0, 1, 2].reduce((sum, q) => sum + m[p * D + q] * v[q], 0));

/** The same moments with full matrices, Cholesky solves and no eigenvectors; everything about z given x by the Kalman gain. */
function dense({ means, weights, matrices }: Plain, x: Float64Array, { alpha, beta }: PathPoint) {
  const parts = matrices.map((C, k) => {
    const S = C.map((c, at) => alpha * alpha * c + (at % (D + 1) === 0 ? beta * beta : 0));
    const L = cholesky(S, D);
    const m = row(means, k);
    const residual = x.map((v, d) => v - alpha * m[d]);
    const solved = choleskySolve(L, D, residual, new Float64Array(D)); // S⁻¹(x − αm)
    const quadratic = residual.reduce((sum, r, d) => sum + r * solved[d], 0);
    const gain = times(C, solved).map((v) => alpha * v);
    // Cov(z|x,k) = C − α²CS⁻¹C, column by column
    const within = Array.from({ length: D }, (_, q) => {
      const column = C.filter((__, at) => at % D === q);
      return column.map((c, p) => c - alpha * alpha * times(C, choleskySolve(L, D, column, new Float64Array(D)))[p]);
    });
    return {
      log: Math.log(weights[k]) - 0.5 * (quadratic + logDeterminant(L, D) + D * Math.log(2 * Math.PI)),
      mean: gain.map((v, d) => m[d] + v),
      score: solved.map((v) => -v),
      within,
    };
  });
  const most = Math.max(...parts.map(({ log }) => log));
  const logDensity = most + Math.log(parts.reduce((sum, { log }) => sum + Math.exp(log - most), 0));
  const r = parts.map(({ log }) => Math.exp(log - logDensity));
  const average = (f: (k: number) => number): number => r.reduce((sum, w, k) => sum + w * f(k), 0);
  const denoiser = Float64Array.from({ length: D }, (_, d) => average((k) => parts[k].mean[d]));
  const cov = Array.from({ length: D }, (_, p) =>
    Float64Array.from({ length: D }, (__, q) =>
      average((k) => parts[k].within[q][p] + (parts[k].mean[p] - denoiser[p]) * (parts[k].mean[q] - denoiser[q])),
    ),
  );
  const score = Float64Array.from({ length: D }, (_, d) => average((k) => parts[k].score[d]));
  return { logDensity, r, denoiser, score, cov, trace: cov.reduce((sum, line, d) => sum + line[d], 0) };
}

const kinds = ["isotropic", "diagonal", "full"] as const;
const close = (found: ArrayLike<number>, expected: ArrayLike<number>, slack: number): void => {
  expect(found.length).toBe(expected.length);
  for (let i = 0; i < found.length; i++)
    expect(Math.abs(found[i] - expected[i])).toBeLessThanOrEqual(slack * (1 + Math.abs(expected[i])));
};

describe.each(kinds.map((kind) => [kind]))("%s covariances", (kind) => {
  test("agree with full matrices, Cholesky solves and the Kalman gain", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 0.98, noNaN: true }), fc.integer({ min: 0, max: 1e6 }), (t, key) => {
        const at = { alpha: t, beta: 1 - t };
        const some = plain(kind, key);
        const posterior = mixturePosterior(some.mixture);
        const [x, v] = [draw(key + 3, 2), draw(key + 4, 2)];
        const found = posterior.evaluate(x, at, { spread: true, tangent: v, top: K });
        const weights = posterior.weights(x, at);
        for (let b = 0; b < 2; b++) {
          const want = dense(some, row(x, b), at);
          close([found.logDensity[b]], [want.logDensity], 1e-11);
          close(weights.subarray(b * K, (b + 1) * K), want.r, 1e-11);
          close(row(found.denoiser, b), want.denoiser, 1e-11);
          close(row(found.score, b), want.score, 1e-11);
          close(
            row(found.scaledNoise, b),
            want.score.map((s) => -s),
            1e-11,
          );
          close([found.spread?.traceCov[b] ?? Number.NaN], [want.trace], 1e-11);
          // ∇μ = (α/β²)·Cov(z|x), which loses digits at small β in the reference alone.
          const slack = 1e-12 / at.beta ** 4;
          const jacobian = at.alpha / at.beta ** 2;
          close([found.spread?.denoiserDivergence[b] ?? Number.NaN], [jacobian * want.trace], slack);
          close(
            [found.spread?.scaledNoiseDivergence[b] ?? Number.NaN],
            [(D - at.alpha * jacobian * want.trace) / at.beta ** 2],
            slack,
          );
          const along = want.cov.map((line) => jacobian * line.reduce((sum, c, q) => sum + c * row(v, b)[q], 0));
          if (found.tangent === undefined) throw new Error("no tangent");
          close(row(found.tangent.denoiser, b), along, slack);
          close(
            row(found.tangent.scaledNoise, b),
            along.map((c, d) => (row(v, b)[d] - at.alpha * c) / at.beta ** 2),
            slack,
          );
        }
      }),
      { numRuns: 60 },
    );
  });

  test("everything is finite at β = 0, where the posterior of z is x itself", () => {
    const some = plain(kind, 3);
    const posterior = mixturePosterior(some.mixture);
    const x = draw(7, 2);
    const end = { alpha: 1, beta: 0 };
    const { denoiser, spread, score, logDensity } = posterior.evaluate(x, end, { spread: true });
    close(denoiser.data, x.data, 1e-13);
    close(spread?.traceCov ?? [], [0, 0], 1e-13);
    close(spread?.denoiserDivergence ?? [], [D, D], 1e-12);
    for (let b = 0; b < 2; b++) {
      const want = dense(some, row(x, b), end);
      close(row(score, b), want.score, 1e-11);
      close([logDensity[b]], [want.logDensity], 1e-12);
    }
  });

  test("it approaches β = 0 continuously: nothing divides by β", () => {
    const posterior = mixturePosterior(plain(kind, 5).mixture);
    const x = draw(9, 1);
    const v = draw(10, 1);
    const [end, near] = [0, 1e-9].map((beta) => posterior.evaluate(x, { alpha: 1, beta }, { spread: true, tangent: v }));
    close(near.scaledNoise.data, end.scaledNoise.data, 1e-12);
    close(near.spread?.scaledNoiseDivergence ?? [], end.spread?.scaledNoiseDivergence ?? [], 1e-12);
    close(near.tangent?.scaledNoise.data ?? [], end.tangent?.scaledNoise.data ?? [], 1e-12);
  });
});

test("components far apart do not mix, and one without weight in float64 is no trouble", () => {
  const mixture = gaussianMixture({
    means: pointsOf([[0], [1e6]]),
    covariances: { kind: "isotropic", variances: [1, 2] },
  });
  const { denoiser, top, entropy, ess } = mixturePosterior(mixture).evaluate(
    pointsOf([[0.5], [6e5]]),
    { alpha: 0.6, beta: 0.8 },
    { top: 2 },
  );
  expect(denoiser.data[0]).toBeCloseTo(0.6 * 0.5, 14); // αλ/S·x with S = 0.36 + 0.64
  expect(denoiser.data[1]).toBeCloseTo(1e6, 8);
  expect([...top.indices, ...top.weights, ...entropy, ...ess]).toEqual([0, 1, 1, 0, 1, 0, 1, 0, 0, 0, 1, 1]);
});

test("the limit at the data is refused: there the mixture has a density", () => {
  const posterior = mixturePosterior(plain("full", 1).mixture);
  expect(posterior.singularAtData).toBe(false);
  expect(() => posterior.limit(draw(1, 1))).toThrow(
    "Cannot take the limit at the data: it has a density at the data; expected evaluate, also at β = 0",
  );
});
