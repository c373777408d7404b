import { describe, expect, it } from "vitest";
import { points, pointsOf, row } from "../points/index.js";
import { choice, cumulativeSum, normal, rngOf, sampleWithoutReplacement } from "../random/index.js";
import { atomPosterior } from "./atom-posterior.js";
import { drawDifferent, drawWithReplacement } from "./draw-references.js";
import { efmTarget, meanAmong } from "./efm-target.js";

/** Five atoms in the plane, with any weights, and one point of the path between them. */
const z = pointsOf([
  [0.9, -0.3],
  [-1.1, 0.4],
  [0.2, 1.3],
  [1.7, 0.8],
  [-0.5, -1.6],
]);
const pi = [0.1, 0.3, 0.25, 0.15, 0.2];
const weighted = { points: z, logWeights: Float64Array.from(pi, Math.log) };
const equal = { points: z, logWeights: new Float64Array(5).fill(-Math.log(5)) };
const x = pointsOf([[0.35, 0.1]]);
const at = { alpha: 0.4, variance: 0.36 };
const place = { alpha: 0.4, beta: 0.6 };

/** All sequences of `length` atoms. */
const sequences = (length: number): number[][] =>
  length === 0 ? [[]] : sequences(length - 1).flatMap((s) => [0, 1, 2, 3, 4].map((i) => [...s, i]));

/** A sequence as references. */
function referencesOf(sequence: readonly number[]) {
  const indices = [...new Set(sequence)].sort();
  return {
    indices: Int32Array.from(indices),
    counts: Float64Array.from(indices, (i) => sequence.filter((j) => j === i).length),
  };
}

/** Mean and mean squared distance from μ over all draws with their probabilities. */
function enumerate(cases: readonly { readonly p: number; readonly mean: Float64Array }[], mu: Float64Array) {
  const mean = mu.map((_, d) => cases.reduce((s, c) => s + c.p * c.mean[d], 0));
  const square = cases.reduce((s, c) => s + c.p * c.mean.reduce((t, v, d) => t + (v - mu[d]) ** 2, 0), 0);
  return { bias: Math.hypot(...mean.map((v, d) => v - mu[d])), square, p: cases.reduce((s, c) => s + c.p, 0) };
}

describe("targets from M references with the own atom", () => {
  const posterior = atomPosterior(weighted);
  const lambda = posterior.weights(x, place);
  const mu = posterior.evaluate(x, place).denoiser.data;

  it("have no bias when the others are drawn with replacement, by enumeration of all draws", () => {
    let before = Infinity;
    for (const M of [1, 2, 3, 4]) {
      const cases = [0, 1, 2, 3, 4].flatMap((own) =>
        sequences(M - 1).map((others) => ({
          p: lambda[own] * others.reduce((p, i) => p * pi[i], 1),
          mean: meanAmong(weighted, x, referencesOf([own, ...others]), { ...at, replacement: true }),
        })),
      );
      const { bias, square, p } = enumerate(cases, mu);
      expect(p).toBeCloseTo(1, 14);
      expect(bias).toBeLessThan(1e-15); // rounding of up to 625 terms of size one that sum to one
      expect(square).toBeLessThan(before); // fewer references say less
      before = square;
    }
  });

  it("have no bias when the others are different, and no error when they are all", () => {
    let before = Infinity;
    for (const M of [1, 2, 3, 4, 5]) {
      const sets = sequences(M).filter((s) => s.every((v, k) => k === 0 || s[k - 1] < v));
      const cases = [0, 1, 2, 3, 4].flatMap((own) => {
        const mine = sets.filter((s) => s.includes(own));
        return mine.map((s) => ({ p: lambda[own] / mine.length, mean: meanAmong(weighted, x, referencesOf(s), at) }));
      });
      const { bias, square } = enumerate(cases, mu);
      expect(bias).toBeLessThan(1e-15);
      expect(square).toBeLessThan(before);
      before = square;
    }
    expect(before).toBeLessThan(1e-30);
  });

  it("are biased without it, less so with more references: at M = 1 by the distance of μ from the mean of the data", () => {
    const biases = [1, 2, 3].map((M) => {
      const cases = sequences(M).map((s) => ({
        p: s.reduce((p, i) => p * pi[i], 1),
        mean: meanAmong(weighted, x, referencesOf(s), { ...at, replacement: true }),
      }));
      return enumerate(cases, mu).bias;
    });
    const center = mu.map((_, d) => pi.reduce((s, p, i) => s + p * z.data[2 * i + d], 0));
    expect(biases[0]).toBeCloseTo(Math.hypot(...center.map((v, d) => v - mu[d])), 14);
    expect(biases[1]).toBeGreaterThan(0.1);
    expect(biases[1]).toBeLessThan(biases[0]);
    expect(biases[2]).toBeLessThan(biases[1]);
    expect(biases[2]).toBeGreaterThan(0.05);
  });

  it.each([true, false])("average to μ over many draws, with replacement: %s", (replacement) => {
    const B = 20_000;
    const own = choice(rngOf(4), cumulativeSum(lambda), new Uint32Array(B));
    const many = points(
      new Float64Array(2 * B).map((_, k) => x.data[k % 2]),
      2,
    );
    const targets = efmTarget(weighted, many, own, { ...at, references: 3, rng: rngOf(5), replacement });
    for (let d = 0; d < 2; d++) {
      const column = Array.from({ length: B }, (_, b) => targets.data[2 * b + d]);
      const mean = column.reduce((s, v) => s + v / B, 0);
      const deviation = Math.sqrt(column.reduce((s, v) => s + (v - mean) ** 2 / B, 0));
      expect(Math.abs(mean - mu[d])).toBeLessThan((5 * deviation) / Math.sqrt(B)); // five standard errors
    }
  });

  it("are the own atom for M = 1 and the posterior mean for M = N", () => {
    const own = [2, 4];
    const two = points(normal(rngOf(6), new Float64Array(4)), 2);
    const targets = (references: number) => efmTarget(equal, two, own, { ...at, references, rng: rngOf(7) });
    for (const [b, i] of own.entries()) expect([...row(targets(1), b)]).toEqual([...row(z, i)]);
    const exact = atomPosterior(equal).evaluate(two, place).denoiser.data;
    for (const [k, v] of targets(5).data.entries()) expect(v).toBeCloseTo(exact[k], 14);
  });

  it("refuse what is no own atom and no number of references", () => {
    const ask = (own: readonly number[], references: number, replacement = false) =>
      efmTarget(equal, x, own, { ...at, references, rng: rngOf(1), replacement });
    expect(() => ask([5], 2)).toThrow("the own atom of point 0 is 5");
    expect(() => ask([0.5], 2)).toThrow("the own atom of point 0 is 0.5");
    expect(() => ask([0, 1], 2)).toThrow("2 own atoms for 1 points");
    expect(() => ask([0], 6)).toThrow("at least 1 and at most 5");
    expect(() => ask([0], 0, true)).toThrow("expected an integer of at least 1");
    expect(() => ask([0], 6, true)).not.toThrow();
  });
});

describe("references", () => {
  it("are counted once each when drawn with replacement, and all different otherwise", () => {
    const cumulative = cumulativeSum(pi);
    const { indices, counts } = drawWithReplacement(rngOf(1), cumulative, 50);
    expect([...indices]).toEqual([0, 1, 2, 3, 4]);
    expect(counts.reduce((a, b) => a + b, 0)).toBe(50);
    const drawn = choice(rngOf(1), cumulative, new Uint32Array(50));
    expect(counts[1]).toBe(drawn.filter((i) => i === 1).length);
    expect([...drawDifferent(rngOf(2), 100, 7).indices]).toEqual([...sampleWithoutReplacement(rngOf(2), 100, 7).sort()]);
    for (let own = 0; own < 5; own++) {
      const { indices: set } = drawDifferent(rngOf(3 + own), 5, 3, own);
      expect(new Set(set).size).toBe(3);
      expect(set.includes(own)).toBe(true);
    }
  });
});
