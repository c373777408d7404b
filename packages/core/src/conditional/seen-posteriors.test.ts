import { describe, expect, test } from "vitest";
import { posteriorSuite } from "../../../../conformance/posterior.js";
import { equalWeights, onPath, problem } from "../../../../conformance/posterior-problems.js";
import { continuityResidual, expectContinuity, expectJacobian, expectScore } from "../../../../tests/support/field-laws.js";
import { type GaussianSourceOptions, gaussianSource } from "../distribution/index.js";
import {
  atomPosterior,
  type Moments,
  marginalField,
  type PathPoint,
  type Posterior,
  sourcePosterior,
  type WeightedAtoms,
} from "../field/index.js";
import { type Points, points, pointsOf, row } from "../points/index.js";
import { condOt } from "../scheduler/index.js";
import { anisotropicPosterior } from "./anisotropic-posterior.js";
import { maskedPosterior } from "./masked-posterior.js";
import { temperedPosterior } from "./tempered-posterior.js";

const ones = (dim: number): Float64Array => new Float64Array(dim).fill(1);
const identity = (dim: number): Float64Array => new Float64Array(dim * dim).map((_, at) => (at % (dim + 1) === 0 ? 1 : 0));
const suite = { tolerance: 1e-13, bandwidths: [0] };

posteriorSuite("nothing masked", (atoms) => maskedPosterior(atoms, ones(atoms.points.dim)), suite);
posteriorSuite("a full covariance, I", (atoms) => anisotropicPosterior(atoms, { covariance: identity(atoms.points.dim) }), suite);
posteriorSuite("tempered by 1", (atoms) => temperedPosterior(atoms, 1), suite);

const PATH: readonly PathPoint[] = [0.05, 0.3, 0.7, 0.95].map((t) => ({ alpha: t, beta: 1 - t }));

/** Everything that two posteriors say, up to rounding of logits of size 1/β² and of divisions by it. */
function expectSame(found: Posterior, want: Posterior, all: WeightedAtoms): void {
  for (const at of PATH) {
    const x = onPath(all, at, 5, 31);
    const options = { spread: true, top: 4, tangent: x };
    const [p, q] = [found.evaluate(x, at, options), want.evaluate(x, at, options)];
    const arrays = (m: Moments): ArrayLike<number>[] => [
      m.logDensity,
      m.denoiser.data,
      m.scaledNoise.data,
      m.score.data,
      m.entropy,
      m.ess,
      m.top.weights,
      m.spread?.traceCov ?? [],
      m.spread?.denoiserDivergence ?? [],
      m.spread?.scaledNoiseDivergence ?? [],
      m.tangent?.denoiser.data ?? [],
      m.tangent?.scaledNoise.data ?? [],
    ];
    const [mine, theirs] = [arrays(p), arrays(q)];
    mine.forEach((values, k) => {
      expect(values.length).toBe(theirs[k].length);
      for (let i = 0; i < values.length; i++) {
        const unit = (1 + Math.abs(theirs[k][i])) / at.beta ** 2;
        expect(Math.abs(values[i] - theirs[k][i]), `array ${k}, entry ${i}`).toBeLessThanOrEqual(1e-12 * unit);
      }
    });
    expect([...p.top.indices]).toEqual([...q.top.indices]);
  }
}

describe("anisotropic sources", () => {
  const { atoms: all } = problem(40, 3, 30);
  const covariance = Float64Array.of(2, 0.6, -0.3, 0.6, 0.5, 0.1, -0.3, 0.1, 1.2);
  const sources: GaussianSourceOptions[] = [
    { variances: [1, 0.1, 3] },
    { variances: [0.5, 2, 1], mean: [1, -2, 0.5] },
    { covariance },
    { covariance, mean: [0.3, 0.1, -1] },
  ];

  test.each(sources.map((s, k) => [k, s] as const))("source %d gives what the general form for sources gives", (_, source) => {
    expectSame(anisotropicPosterior(all, source), sourcePosterior(all, gaussianSource(source)), all);
  });

  test("the field has the calculus of one and transports its density", () => {
    const field = marginalField(condOt(), anisotropicPosterior(all, { covariance, mean: [0.3, 0.1, -1] }));
    const x = onPath(all, { alpha: 0.5, beta: 0.5 }, 3, 32);
    expectScore(field, 0.5, x);
    expectJacobian(field, 0.5, x);
    expectContinuity(field, 0.5, x);
  });

  /** ∂₀u₁ − ∂₁u₀ at (0.35; 0.3, 0.2) for five atoms of the plane. */
  const curl = (source: GaussianSourceOptions): number => {
    const field = marginalField(condOt(), anisotropicPosterior(equalWeights(PLANE), source));
    const x = pointsOf([
      [0.3, 0.2],
      [0.3, 0.2],
    ]);
    const tangent = pointsOf([
      [1, 0],
      [0, 1],
    ]);
    const { jvp = [] } = field.quantities(0.35, x, ["jvp"], { tangent }).values;
    return (jvp[1] ?? Number.NaN) - (jvp[2] ?? Number.NaN);
  };
  const PLANE = pointsOf([
    [0.2, -0.5],
    [-0.4, -2.4],
    [1.8, 1.1],
    [-0.3, 0.8],
    [0.6, -0.1],
  ]);

  test("with unequal variances the field is not a gradient", () => {
    // −1.6263… from 40 digits of mpmath, differentiating the plain formula; b and 1/β² amplify rounding to some 1e-14.
    expect(Math.abs(curl({ variances: [1, 0.1] }) + 1.626355644730245)).toBeLessThan(1e-13);
    expect(Math.abs(curl({ variances: [0.7, 0.7] }))).toBeLessThan(1e-15);
  });

  test("its antisymmetric part is b(α/β²)(CΣ⁻¹ − Σ⁻¹C)/2 of the posterior covariance C", () => {
    const at = { alpha: 0.35, beta: 0.65 };
    const x = pointsOf([[0.3, 0.2]]);
    const weights = anisotropicPosterior(equalWeights(PLANE), { variances: [1, 0.1] }).weights(x, at);
    const mean = [0, 1].map((d) => weights.reduce((sum, w, i) => sum + w * row(PLANE, i)[d], 0));
    const cov = weights.reduce((sum, w, i) => sum + w * (row(PLANE, i)[0] - mean[0]) * (row(PLANE, i)[1] - mean[1]), 0);
    const slope = (at.alpha / at.beta ** 2) * (1 / at.beta); // b = 1/β for condOt
    expect(Math.abs(curl({ variances: [1, 0.1] }) - slope * cov * (1 - 10))).toBeLessThan(1e-13);
  });

  test("it ends on the nearest atom in the metric of the source", () => {
    const z = pointsOf([
      [1, 0],
      [0, 2],
    ]);
    const limit = anisotropicPosterior(equalWeights(z), { variances: [1, 100] }).limit(pointsOf([[0, 0]]), 1);
    expect([...limit.denoiser.data, ...limit.top.indices]).toEqual([0, 2, 1]);
    expect(limit.distance[0]).toBeCloseTo(0.2, 15);
  });

  test("what is no covariance, or of another dim, is refused", () => {
    expect(() => anisotropicPosterior(all, { variances: [1, 1] })).toThrow(/^Cannot bind the data: the mean|dim 2/);
    expect(() => anisotropicPosterior(all, { variances: [1, 0, 1] })).toThrow(
      /variance 1 of the source is 0; expected a positive/,
    );
    expect(() => anisotropicPosterior(all, { covariance: identity(2) })).toThrow(/it has 4 entries; expected \[3, 3\]$/);
    expect(() => anisotropicPosterior(all, { covariance: identity(3).map((v) => -v) })).toThrow(RangeError);
    expect(() => anisotropicPosterior(all, { variances: [1, 1, 1], mean: [0] })).toThrow(/expected 3 finite numbers$/);
  });
});

describe("masked posteriors", () => {
  const { atoms: all } = problem(40, 4, 33);
  const seen = [0, 2];
  const columns = (x: Points): Points =>
    points(
      Float64Array.from({ length: x.size * 2 }, (_, k) => x.data[(k >> 1) * 4 + seen[k & 1]]),
      2,
    );

  test("a mask is a data set of the coordinates that are seen, whose atoms fill in the others", () => {
    const found = maskedPosterior(all, [1, 0, 1, 0]);
    const part = atomPosterior({ points: columns(all.points), logWeights: all.logWeights });
    for (const at of PATH) {
      const x = onPath(all, at, 5, 34);
      const [p, q] = [found.evaluate(x, at, { spread: true, top: 3 }), part.evaluate(columns(x), at, { spread: true, top: 3 })];
      const weights = part.weights(columns(x), at);
      const near = (value: number, want: number): void =>
        expect(Math.abs(value - want)).toBeLessThanOrEqual((1e-13 * (1 + Math.abs(want))) / at.beta ** 2);
      for (let b = 0; b < 5; b++) {
        near(p.logDensity[b], q.logDensity[b]);
        near(p.entropy[b], q.entropy[b]);
        near(p.spread?.denoiserDivergence[b] ?? Number.NaN, q.spread?.denoiserDivergence[b] ?? 0);
        near(p.spread?.scaledNoiseDivergence[b] ?? Number.NaN, q.spread?.scaledNoiseDivergence[b] ?? 0);
        for (let d = 0; d < 4; d++) {
          const own = weights.subarray(40 * b, 40 * (b + 1));
          near(
            row(p.denoiser, b)[d],
            own.reduce((sum, w, i) => sum + w * row(all.points, i)[d], 0),
          );
          const among = seen.indexOf(d);
          near(row(p.score, b)[d], among < 0 ? 0 : row(q.score, b)[among]);
          near(row(p.scaledNoise, b)[d], among < 0 ? 0 : row(q.scaledNoise, b)[among]);
        }
      }
      expect([...p.top.indices]).toEqual([...q.top.indices]);
    }
  });

  test("positive weights are the precisions of an anisotropic source", () => {
    const mask = [0.5, 2, 1, 4];
    expectSame(maskedPosterior(all, mask), sourcePosterior(all, gaussianSource({ variances: mask.map((m) => 1 / m) })), all);
  });

  test("what is hidden does not matter", () => {
    const at = PATH[1];
    const x = onPath(all, at, 3, 35);
    const other = points(
      x.data.map((v, k) => (seen.includes(k % 4) ? v : 100 - v)),
      4,
    );
    const posterior = maskedPosterior(all, [1, 0, 3, 0]);
    expect(posterior.evaluate(other, at, { spread: true })).toEqual(posterior.evaluate(x, at, { spread: true }));
  });

  test.each([
    ["binary", [1, 0, 1, 0]],
    ["weighted", [0.5, 0, 2, 1]],
  ])("a %s mask has the calculus of a field and transports the density of what is seen", (_, mask) => {
    const field = marginalField(condOt(), maskedPosterior(all, mask));
    const x = onPath(all, { alpha: 0.5, beta: 0.5 }, 3, 36);
    expectScore(field, 0.5, x);
    expectJacobian(field, 0.5, x);
    expectContinuity(field, 0.5, x);
  });

  test("at the data the nearest atoms by what is seen share the rest", () => {
    const z = pointsOf([
      [0, 1],
      [0, 3],
      [5, 0],
    ]);
    const limit = maskedPosterior(equalWeights(z), [1, 0]).limit(pointsOf([[0.5, -9]]), 2);
    expect([...limit.denoiser.data, ...limit.ties, ...limit.top.indices, ...limit.traceCov]).toEqual([0, 2, 2, 0, 1, 1]);
    expect(() => maskedPosterior(equalWeights(z), [1, 0]).limit(pointsOf([[0]]))).toThrow(/x has dim 1, data has dim 2/);
  });

  test("a mask that hides all, is negative or of another length is refused", () => {
    expect(() => maskedPosterior(all, [0, 0, 0, 0])).toThrow(
      "Cannot use the mask: no coordinate is seen; expected a positive entry",
    );
    expect(() => maskedPosterior(all, [1, -1, 0, 0])).toThrow("Cannot use the mask: entry 1 is -1; expected a finite number ≥ 0");
    expect(() => maskedPosterior(all, [1, 1])).toThrow(/dim 2, the data has dim 4; expected equal dims$/);
  });
});

describe("tempered posteriors", () => {
  const { atoms: all } = problem(30, 2, 37);

  test.each([0.3, 2, 9])("power %d gives the weights raised to it", (power) => {
    for (const at of PATH) {
      const x = onPath(all, at, 4, 38);
      const plain = atomPosterior(all).weights(x, at);
      const found = temperedPosterior(all, power).weights(x, at);
      const { denoiser, top } = temperedPosterior(all, power).evaluate(x, at, { top: 30 });
      for (let b = 0; b < 4; b++) {
        const raised = plain.subarray(30 * b, 30 * (b + 1)).map((w) => w ** power);
        const mass = raised.reduce((sum, w) => sum + w, 0);
        const own = found.subarray(30 * b, 30 * (b + 1));
        // A logit of size 1/β² rounds, and the power multiplies it.
        for (let i = 0; i < 30; i++) {
          expect(Math.abs(own[i] - raised[i] / mass)).toBeLessThanOrEqual((1e-14 * power) / at.beta ** 2 + 1e-15);
        }
        expect(Math.abs(own.reduce((sum, w) => sum + w, 0) - 1)).toBeLessThan(1e-14);
        for (let d = 0; d < 2; d++) {
          expect(Math.abs(own.reduce((sum, w, i) => sum + w * row(all.points, i)[d], 0) - row(denoiser, b)[d])).toBeLessThan(
            1e-13,
          );
        }
        expect(top.indices[30 * b]).toBe(own.indexOf(Math.max(...own)));
      }
    }
  });

  test("equal prior weights: power γ is noise β/√γ", () => {
    const equal = equalWeights(all.points);
    const at = { alpha: 0.5, beta: 0.5 };
    const x = onPath(equal, at, 4, 39);
    const found = temperedPosterior(equal, 4).evaluate(x, at, { spread: true });
    const want = atomPosterior(equal).evaluate(x, { alpha: 0.5, beta: 0.25 }, { spread: true });
    for (let d = 0; d < 8; d++) expect(Math.abs(found.denoiser.data[d] - want.denoiser.data[d])).toBeLessThan(1e-12);
    for (let b = 0; b < 4; b++) {
      expect(Math.abs((found.spread?.traceCov[b] ?? Number.NaN) - (want.spread?.traceCov[b] ?? 0))).toBeLessThan(1e-12);
    }
  });

  test("the score is the gradient of its potential and the Jacobian that of the velocity, but the flow has another law", () => {
    const field = marginalField(condOt(), temperedPosterior(all, 2.5));
    const x = onPath(all, { alpha: 0.5, beta: 0.5 }, 3, 40);
    expectScore(field, 0.5, x);
    expectJacobian(field, 0.5, x);
    expect(continuityResidual(field, 0.5, x).some(({ value, error }) => Math.abs(value) > 100 * error)).toBe(true);
  });

  test("a power that is not positive is refused", () => {
    for (const power of [0, -1, Infinity, Number.NaN]) expect(() => temperedPosterior(all, power)).toThrow(/^Cannot temper/);
  });
});
