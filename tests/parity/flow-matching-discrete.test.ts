import {
  condOt,
  denoiserRates,
  discretePath,
  drawTokenPath,
  generalisedKl,
  kappaOf,
  polynomial,
  rngOf,
  type TokenDenoiser,
  tokenSoftmax,
  tokensOf,
  uniformTokens,
} from "@fluxion/core";
import { expect, test } from "vitest";
import { parity } from "./load.js";

interface Discrete {
  readonly logits: number[][][];
  readonly x_t: number[][];
  readonly x_1: number[][];
  readonly t: number[];
  readonly generalized_kl_none: number[][];
  readonly generalized_kl_mean: number;
  readonly posterior_to_velocity: number[][][];
}

interface File {
  readonly discrete: Discrete;
  readonly t: number[];
  readonly schedulers: Record<string, { readonly "kappa_inverse(alpha)": number[] }>;
}

const { discrete: theirs, schedulers, t } = parity<File>("flow_matching");
const schedule = kappaOf(polynomial(2));
const K = 3;
const EPS = Number.EPSILON;

/** A model that answers with the softmax of given logits. */
const modelOf = (logits: Float64Array, length: number): TokenDenoiser => ({
  kind: "denoiser",
  length,
  vocabulary: K,
  evaluate: (_, __, out) => tokenSoftmax(logits, K, out),
});

test("MixturePathGeneralizedKL, term by term and in the mean", () => {
  const logits = Float64Array.from(theirs.logits.flat(2));
  const prediction = { logits, xt: tokensOf(theirs.x_t, K), z: tokensOf(theirs.x_1, K) };
  const found = generalisedKl(schedule, theirs.t, prediction, new Float64Array(4));
  theirs.generalized_kl_none.flat().forEach((value, at) => {
    expect(Math.abs(found[at] - value)).toBeLessThan(16 * EPS * (1 + Math.abs(value)) * 5); // κ̇/(1 − κ) ≤ 5 times terms of size 1
  });
  expect(Math.abs(found.reduce((sum, v) => sum + v, 0) / 4 - theirs.generalized_kl_mean)).toBeLessThan(80 * EPS);
});

test("posterior_to_velocity", () => {
  theirs.t.forEach((t, b) => {
    const x = tokensOf([theirs.x_t[b]], K);
    const model = modelOf(Float64Array.from(theirs.logits[b].flat()), 2);
    const rates = denoiserRates(schedule, model).evaluate(t, x, new Float64Array(6));
    theirs.posterior_to_velocity[b].flat().forEach((value, at) => {
      expect(Math.abs(rates[at] - value)).toBeLessThan(80 * EPS);
    });
  });
});

test("test_posterior_to_velocity: under CondOT it is (softmax − onehot)/(1 − t)", () => {
  const logits = Float64Array.from({ length: 12 }, (_, i) => Math.sin(i));
  const x = tokensOf([[0, 2, 1, 1]], K);
  const p = tokenSoftmax(logits, K, new Float64Array(12));
  for (const t of [0, 0.3, 0.9]) {
    const rates = denoiserRates(kappaOf(condOt()), modelOf(logits, 4)).evaluate(t, x, new Float64Array(12));
    rates.forEach((rate, at) => {
      const own = x.data[Math.floor(at / K)] === at % K ? 1 : 0;
      expect(Math.abs(rate - (p[at] - own) / (1 - t))).toBeLessThan(80 * EPS);
    });
  }
});

test("TestMixtureDiscreteProbPath: x_t is x₀ at t = 0 and x₁ at t = 1", () => {
  const [x0, z] = [tokensOf([[0, 1, 2, 0]], K), tokensOf([[2, 2, 1, 1]], K)];
  const path = discretePath(schedule, uniformTokens(K));
  for (let seed = 0; seed < 50; seed++) {
    expect(drawTokenPath(path.schedule, [0], { x0, z, rng: rngOf(seed) }).data).toEqual(x0.data);
    expect(drawTokenPath(path.schedule, [1], { x0, z, rng: rngOf(seed) }).data).toEqual(z.data);
  }
});

test.each(Object.entries({ CondOT: 1, Polynomial_n2: 2, Polynomial_n3: 3, "Polynomial_n0.5": 0.5 }))(
  "kappa_inverse of %s, through the clock −log(1 − κ)",
  (name, power) => {
    const convex = kappaOf(polynomial(power));
    schedulers[name]["kappa_inverse(alpha)"].forEach((time, n) => {
      const { kappa, rest } = convex.at(t[n]);
      const clock = kappa < 0.5 ? -Math.log1p(-kappa) : -Math.log(rest);
      expect(Math.abs(convex.timeOfClock(clock) - time)).toBeLessThan(32 * EPS); // roundings of e^Λ, of a ratio and of a power
    });
  },
);
