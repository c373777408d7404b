import { fork, rngOf } from "@fluxion/core";
import { describe, expect, it } from "vitest";
import { betaDistribution, betaQuantile } from "./beta-law.js";
import { type TimeLawSpec, timeLaw } from "./time-law.js";
import { timeSampler } from "./time-sampler.js";

const laws: TimeLawSpec[] = [
  { law: "uniform" },
  { law: "logit-normal" },
  { law: "logit-normal", mean: -0.6, scale: 1.4, uniformShare: 0.2 },
  { law: "beta", a: 1.5, b: 1 },
  { law: "beta", a: 3, b: 2.5, uniformShare: 0.5 },
];

describe("timeLaw", () => {
  for (const spec of laws) {
    const law = timeLaw(spec);
    it(`${law.name}: draws have its distribution, by Kolmogorov and Smirnov at level 1e-6`, () => {
      const n = 20_000;
      const t = timeSampler(spec).draw(rngOf(71), new Float64Array(n)).sort();
      const gap = t.reduce((most, v, i) => {
        const F = law.distribution(v);
        return Math.max(most, Math.abs(F - i / n), Math.abs(F - (i + 1) / n));
      }, 0);
      expect(gap * Math.sqrt(n)).toBeLessThan(2.694); // 2·exp(−2·2.694²) = 1e-6 bounds the chance
    });

    it(`${law.name}: the density is the derivative of the distribution, and integrates to one`, () => {
      const n = 4000;
      let total = 0;
      for (let i = 0; i < n; i++) {
        const t = (i + 0.5) / n;
        total += law.density(t) / n;
        // Mean of the density over a cell against its middle: h²/24 of its second derivative, below 1000 away from the ends.
        const mean = (law.distribution((i + 1) / n) - law.distribution(i / n)) * n;
        if (t > 0.02 && t < 0.98) expect(Math.abs(mean - law.density(t))).toBeLessThan(1e-5);
      }
      expect(Math.abs(total - 1)).toBeLessThan(2e-5); // t^0.5 has an unbounded derivative at 0: error n^−1.5
    });
  }

  it("has the closed forms of Beta(a, 1), Beta(1, b) and Beta(2, 2), and a quantile that inverts it", () => {
    for (const t of [1e-9, 0.01, 0.3, 0.5, 0.77, 0.999]) {
      expect(betaDistribution(1.5, 1, t)).toBeCloseTo(t ** 1.5, 13);
      expect(betaDistribution(1, 4, t)).toBeCloseTo(1 - (1 - t) ** 4, 13);
      expect(betaDistribution(2, 2, t)).toBeCloseTo(t * t * (3 - 2 * t), 13);
      for (const [a, b] of [
        [1, 1],
        [2.5, 1.2],
        [40, 7],
      ] as const) {
        expect(betaDistribution(a, b, betaQuantile(a, b, t))).toBeCloseTo(t, 12);
      }
    }
    // I_t(2, 1) = t²
    expect(betaQuantile(2, 1, 0.5)).toBeCloseTo(Math.SQRT1_2, 14);
  });

  it.each<[TimeLawSpec, string]>([
    [{ law: "logit-normal", scale: 0 }, "logit-normal has mean 0 and scale 0"],
    [{ law: "logit-normal", scale: 6 }, "so that no t rounds to 1"],
    [{ law: "beta", a: 0.5 }, "beta has a = 0.5; expected 1 ≤ a, b"],
    [{ law: "beta", uniformShare: 2 }, "uniformShare is 2"],
    [{ law: "cauchy" } as never, 'the law is "cauchy"; expected one of uniform, logit-normal, beta'],
  ])("refuses %j", (spec, sentence) => {
    expect(() => timeLaw(spec)).toThrow(sentence);
  });
});

/** Mean over one batch of B times of f, for many batches. */
function means(draw: "independent" | "stratified" | "antithetic", B: number, f: (t: number) => number): Float64Array {
  const sampler = timeSampler({ law: "uniform", draw });
  const of = (k: number) => sampler.draw(fork(rngOf(5), draw, k), new Float64Array(B)).reduce((sum, t) => sum + f(t) / B, 0);
  return Float64Array.from({ length: REPEATS }, (_, k) => of(k));
}
const REPEATS = 4000;
const variance = (values: Float64Array, mean: number): number => values.reduce((s, v) => s + (v - mean) ** 2, 0) / values.length;

describe("timeSampler", () => {
  it("has the variances of the textbook: 1/12B, 1/12B³ in strata, and 0 or 1/90B in opposite pairs", () => {
    const B = 8;
    // A variance of 4000 nearly normal draws has relative standard error √(2/4000) = 2.2 %; five of them.
    const expectVariance = (values: Float64Array, mean: number, expected: number) =>
      expect(Math.abs(variance(values, mean) / expected - 1)).toBeLessThan(0.115);
    expectVariance(
      means("independent", B, (t) => t),
      1 / 2,
      1 / (12 * B),
    );
    expectVariance(
      means("stratified", B, (t) => t),
      1 / 2,
      1 / (12 * B ** 3),
    );
    for (const mean of means("antithetic", B, (t) => t)) expect(Math.abs(mean - 0.5)).toBeLessThan(1e-15);
    expectVariance(
      means("antithetic", B, (t) => t * t),
      1 / 3,
      1 / (90 * B),
    ); // of (u² + (1−u)²)/2: 1/180, B/2 of them
  });

  it("gives every place of a batch the whole law, so that a batch may be cut", () => {
    const sampler = timeSampler({ law: "beta", a: 1.5, draw: "stratified" });
    const first = Float64Array.from({ length: 4000 }, (_, k) => sampler.draw(fork(rngOf(9), k), new Float64Array(6))[0] ?? 0);
    const gap = first.sort().reduce((most, t, i) => Math.max(most, Math.abs(t ** 1.5 - (i + 0.5) / 4000)), 0);
    expect(gap * Math.sqrt(4000)).toBeLessThan(2.7); // level 1e-6, as above, less half a step
  });

  it("corrects to uniform times by 1/ρ: the weighted mean of f is its integral", () => {
    const sampler = timeSampler({ law: "logit-normal", uniformShare: 0.3, importance: true });
    const n = 40_000;
    const t = sampler.draw(rngOf(3), new Float64Array(n));
    const values = t.map((v) => sampler.weightOf(v) * Math.exp(v));
    const mean = values.reduce((s, v) => s + v / n, 0);
    const error = Math.sqrt(variance(values, mean) / n);
    expect(Math.abs(mean - (Math.E - 1))).toBeLessThan(5 * error);
    expect(sampler.over).toBe("t ~ uniform");
    expect([sampler.densityOf(0.2), timeSampler({ law: "beta", a: 2 }).densityOf(0.25)]).toEqual([1, expect.closeTo(0.5, 13)]);
  });

  it("refuses weights that have no variance", () => {
    expect(() => timeSampler({ law: "logit-normal", importance: true })).toThrow("expected a law with uniformShare > 0");
    expect(() => timeSampler({ law: "beta", a: 2, importance: true })).toThrow("the weights 1/ρ(t) have no variance");
    expect(() => timeSampler({ law: "uniform", draw: "sobol" as never })).toThrow('draw is "sobol"');
  });
});
