import { expect, test } from "vitest";
import { bits52, fork, rngOf, uniform, uniformOne } from "./rng.js";

test("draw i of a stream does not depend on where a fill begins", () => {
  const rng = rngOf(7);
  const all = uniform(rng, new Float64Array(101));
  for (const from of [0, 1, 2, 49, 50, 99]) {
    expect(uniform(rng, new Float64Array(101 - from), from)).toEqual(all.slice(from));
    expect(uniformOne(rng, from)).toBe(all[from]);
  }
});

test("draws continue past 2^32 blocks without repeating", () => {
  const rng = rngOf(7);
  const far = 2 ** 33; // word 0 of the counter is 0 again, word 1 is 1
  expect(uniformOne(rng, far)).not.toBe(uniformOne(rng, 0));
  expect(uniformOne(rng, far)).not.toBe(uniformOne(rng, 2 ** 34));
});

test("a uniform number is (k + ½)/2^52, inside the open interval", () => {
  const rng = rngOf(11);
  const k = bits52(rng, new Float64Array(1000));
  const u = uniform(rng, new Float64Array(1000));
  for (let i = 0; i < k.length; i++) {
    expect(Number.isInteger(k[i]) && k[i] >= 0 && k[i] < 2 ** 52).toBe(true);
    expect(u[i] * 2 ** 52).toBe(k[i] + 0.5);
  }
});

test("uniform numbers pass Kolmogorov's test and their lag-1 and squared correlations vanish", () => {
  const n = 200_000;
  const u = uniform(rngOf(3), new Float64Array(n));
  const sorted = u.slice().sort();
  let gap = 0;
  for (let i = 0; i < n; i++) gap = Math.max(gap, (i + 1) / n - sorted[i], sorted[i] - i / n);
  expect(gap * Math.sqrt(n)).toBeLessThan(2.2); // P(√n·D > 2.2) = 2e^{−2·2.2²} = 1.3e-4, the seed is fixed
  let lag = 0;
  let lagOfSquares = 0;
  for (let i = 1; i < n; i++) {
    lag += 12 * (u[i] - 0.5) * (u[i - 1] - 0.5);
    lagOfSquares += (u[i] ** 2 - 1 / 3) * (u[i - 1] ** 2 - 1 / 3) * (45 / 4); // Var u² = 4/45
  }
  expect(Math.abs(lag / Math.sqrt(n))).toBeLessThan(5); // both are N(0, 1) in the limit: 5 standard errors
  expect(Math.abs(lagOfSquares / Math.sqrt(n))).toBeLessThan(5);
});

test("streams with different names, numbers, order or seed are uncorrelated, and the same name repeats", () => {
  const n = 20_000;
  const root = rngOf(5);
  const streams = [
    root,
    fork(root, "a"),
    fork(root, "b"),
    fork(root, "a", 0),
    fork(root, "a", 1),
    fork(root, 1, "a"),
    fork(root, 1),
    fork(root, 2 ** 32 + 1),
    fork(root, ""),
    rngOf(6),
    rngOf(5 + 2 ** 32),
  ].map((rng) => uniform(rng, new Float64Array(n)));
  for (let i = 0; i < streams.length; i++) {
    for (let j = 0; j < i; j++) {
      const covariance = streams[i].reduce((sum, u, at) => sum + 12 * (u - 0.5) * (streams[j][at] - 0.5), 0);
      expect(Math.abs(covariance) / Math.sqrt(n), `streams ${i} and ${j}`).toBeLessThan(5); // standard errors, 55 pairs
    }
  }
  expect(fork(root, "a", 1)).toEqual(fork(fork(root, "a"), 1));
});

test("a seed outside the safe integers is refused", () => {
  for (const seed of [-1, 0.5, Number.NaN, 2 ** 53]) expect(() => rngOf(seed)).toThrow(/^Cannot seed random numbers: seed is /);
});
