import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entropyContinuity, perturbedEntropy, truncatedEntropy } from "./entropy.js";
import { perturbedMean, perturbedTrace, perturbedVariation, perturbedWeight } from "./perturbation.js";
import { truncatedLogMass, truncatedMean, truncatedShare, truncatedTrace } from "./truncation.js";

/** Logits of every concentration, points on a line, and one error for each logit: at the ends of [−δ, δ] or inside. */
const cases = fc
  .record({
    logits: fc.array(fc.double({ min: -60, max: 0, noNaN: true }), { minLength: 1, maxLength: 7 }),
    delta: fc.oneof(fc.double({ min: 1e-6, max: 5, noNaN: true }), fc.constant(60)),
  })
  .chain(({ logits, delta }) =>
    fc.record({
      logits: fc.constant([0, ...logits]),
      delta: fc.constant(delta),
      errors: fc.array(fc.oneof(fc.constantFrom(-delta, delta), fc.double({ min: -delta, max: delta, noNaN: true })), {
        minLength: logits.length + 1,
        maxLength: logits.length + 1,
      }),
      z: fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: logits.length + 1, maxLength: logits.length + 1 }),
    }),
  );

const softmax = (logits: readonly number[]): number[] => {
  const top = Math.max(...logits);
  const w = logits.map((l) => Math.exp(l - top));
  const total = w.reduce((a, b) => a + b, 0);
  return w.map((v) => v / total);
};
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const meanOf = (p: readonly number[], z: readonly number[]): number => sum(p.map((v, i) => v * z[i]));
const varianceOf = (p: readonly number[], z: readonly number[]): number => {
  const m = meanOf(p, z);
  return sum(p.map((v, i) => v * (z[i] - m) ** 2));
};
const entropyOf = (p: readonly number[]): number => -sum(p.map((v) => (v > 0 ? v * Math.log(v) : 0)));
const variationOf = (p: readonly number[], q: readonly number[]): number => sum(p.map((v, i) => Math.abs(v - q[i]))) / 2;
/** What rounding of this test's own sums of at most eight terms of size one may amount to. */
const ROUNDING = 1e-14;

/** The rest beside the largest of some weights, without cancellation. */
const restOf = (p: readonly number[]): number => sum([...p].sort((a, b) => b - a).slice(1));

describe("logits that are off by at most δ", () => {
  it("move weights, mean, variance and entropy by no more than their bounds", () => {
    fc.assert(
      fc.property(cases, ({ logits, errors, delta, z }) => {
        const p = softmax(logits);
        const q = softmax(logits.map((l, i) => l + errors[i]));
        const rest = restOf(p);
        const spread = { rest, radius: 1, deviation: Math.sqrt(varianceOf(p, z)) * (1 + 1e-12) + 1e-12 };
        expect(variationOf(p, q)).toBeLessThanOrEqual(perturbedVariation(delta, rest) + ROUNDING);
        for (const [i, v] of p.entries()) {
          const bound = perturbedWeight(delta, { largest: Math.max(...p), rest });
          expect(Math.abs(v - q[i])).toBeLessThanOrEqual(bound + ROUNDING);
        }
        const mean = Math.abs(meanOf(p, z) - meanOf(q, z));
        expect(mean).toBeLessThanOrEqual(perturbedMean(delta, spread) + ROUNDING);
        expect(mean).toBeLessThanOrEqual(perturbedMean(delta, { rest, radius: 1 }) + ROUNDING);
        const typical = Math.sqrt(sum(p.map((v, i) => v * errors[i] ** 2))) * (1 + 1e-12) + 1e-12;
        expect(mean).toBeLessThanOrEqual(perturbedMean(delta, { ...spread, typical }) + ROUNDING);
        const variance = Math.abs(varianceOf(p, z) - varianceOf(q, z));
        expect(variance).toBeLessThanOrEqual(perturbedTrace(delta, spread) + ROUNDING);
        expect(variance).toBeLessThanOrEqual(perturbedTrace(delta, { rest, radius: 1 }) + ROUNDING);
        const gap = -sum(p.map((v, i) => v * logits[i]));
        const entropy = Math.abs(entropyOf(p) - entropyOf(q));
        expect(entropy).toBeLessThanOrEqual(perturbedEntropy(delta, gap) + ROUNDING);
        expect(entropy).toBeLessThanOrEqual(entropyContinuity(perturbedVariation(delta, rest), p.length) + ROUNDING);
      }),
    );
  });

  it("reach the bound of the total variation: one set up by δ, its complement down by δ", () => {
    for (const delta of [1e-9, 1e-3, 0.3, 2, 20]) {
      const worst = Math.tanh(delta / 2);
      const a = softmax([-delta, 0]);
      const b = softmax([0, -delta]); // both logits moved by δ against each other
      expect(variationOf(a, b)).toBeCloseTo(worst, 14);
      expect(perturbedVariation(delta)).toBeGreaterThanOrEqual(worst);
      expect(perturbedVariation(delta)).toBeLessThanOrEqual(worst * (1 + 1e-14));
    }
    for (const rest of [1e-3, 1e-20]) {
      const moved = (rest * Math.exp(2)) / (1 - rest + rest * Math.exp(2)) - rest;
      expect(perturbedVariation(1, rest)).toBeGreaterThanOrEqual(moved * (1 - 1e-12)); // cancellation in `moved`
      expect(perturbedVariation(1, rest) / moved).toBeCloseTo(1, 12);
    }
  });

  it("leave a posterior certain whose other weights are 1e-20, although δ is 1 nat", () => {
    expect(perturbedVariation(1, 1e-20)).toBeLessThan(6.4e-20);
    expect(perturbedMean(1, { rest: 1e-20, radius: 10 })).toBeLessThan(1.3e-18);
  });

  it("grow with δ and with the rest, so that upper bounds may stand for both", () => {
    const positive = fc.double({ min: 1e-30, max: 1, noNaN: true });
    fc.assert(
      fc.property(positive, positive, fc.double({ min: 1e-12, max: 400, noNaN: true }), positive, (a, b, delta, factor) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const slack = 1 + 1e-13; // the enlargement by 16 ulps need not be monotone
        expect(perturbedVariation(delta, low)).toBeLessThanOrEqual(perturbedVariation(delta, high) * slack);
        expect(perturbedVariation(delta * factor, a)).toBeLessThanOrEqual(perturbedVariation(delta, a) * slack);
        expect(perturbedVariation(delta, high)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("do nothing where δ, the rest or the spread is zero, and anything where δ has no bound", () => {
    expect(perturbedVariation(0, 1)).toBe(0);
    expect(perturbedVariation(3, 0)).toBe(0);
    expect(perturbedMean(3, { rest: 1, radius: 2, deviation: 0 })).toBe(0);
    expect(perturbedVariation(Infinity, 1e-30)).toBe(1);
    expect(perturbedMean(Infinity, { rest: 1, radius: 2, deviation: 1 })).toBeCloseTo(4, 12);
    expect(perturbedEntropy(Infinity, 1)).toBe(Infinity);
  });
});

describe("atoms that were left out", () => {
  it("move mean, variance, entropy and mass by no more than their bounds", () => {
    fc.assert(
      fc.property(cases, fc.nat(), ({ logits, z }, cut) => {
        const all = softmax(logits);
        const K = 1 + (cut % (all.length - 1));
        const [kept, lost] = [sum(all.slice(0, K)), sum(all.slice(K))];
        const share = truncatedShare(kept, lost);
        expect(share).toBeGreaterThanOrEqual(lost);
        const some = softmax(logits.slice(0, K));
        expect(Math.abs(meanOf(all, z) - meanOf(some, z))).toBeLessThanOrEqual(truncatedMean(share, 1) + ROUNDING);
        expect(Math.abs(varianceOf(all, z) - varianceOf(some, z))).toBeLessThanOrEqual(truncatedTrace(share, 1) + ROUNDING);
        expect(Math.abs(entropyOf(all) - entropyOf(some))).toBeLessThanOrEqual(truncatedEntropy(share, all.length) + ROUNDING);
        if (share < 1) expect(-Math.log(kept)).toBeLessThanOrEqual(truncatedLogMass(share) + ROUNDING);
      }),
    );
  });

  it("are nothing when their mass is zero, and everything when it has no bound", () => {
    expect(truncatedShare(3, 0)).toBe(0);
    expect(truncatedShare(3, Infinity)).toBe(1);
    expect(truncatedShare(0, 1)).toBe(1);
    expect(truncatedLogMass(1)).toBe(Infinity);
    expect([truncatedMean(0, 5), truncatedTrace(0, 5), truncatedLogMass(0), truncatedEntropy(0, 7)]).toEqual([0, 0, 0, 0]);
  });
});
