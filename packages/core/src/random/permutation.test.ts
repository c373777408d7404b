import * as fc from "fast-check";
import { expect, test } from "vitest";
import { permutation, sampleWithoutReplacement } from "./permutation.js";
import { fork, rngOf } from "./rng.js";

test("a permutation holds every index once", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 300 }), fc.nat(), (n, seed) => {
      expect([...permutation(rngOf(seed), n)].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
    }),
  );
});

test("all 24 permutations of four are equally likely: χ² within five standard deviations", () => {
  const counts = new Map<string, number>();
  const trials = 24_000;
  for (let i = 0; i < trials; i++) {
    const key = permutation(fork(rngOf(1), i), 4).join("");
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  expect(counts.size).toBe(24);
  const chi2 = [...counts.values()].reduce((sum, c) => sum + (c - 1000) ** 2 / 1000, 0);
  expect(Math.abs(chi2 - 23)).toBeLessThan(5 * Math.sqrt(46));
});

test("a sample without replacement is the beginning of the permutation", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(), (n, share, seed) => {
      const k = Math.round(share * n);
      expect([...sampleWithoutReplacement(rngOf(seed), n, k)]).toEqual([...permutation(rngOf(seed), n).slice(0, k)]);
    }),
  );
});

test("a sample from 10^12 takes no memory for what is not drawn, and repeats nothing", () => {
  expect(new Set(sampleWithoutReplacement(rngOf(1), 1e12, 1000)).size).toBe(1000);
});

test("sizes that make no sense are refused", () => {
  for (const n of [-1, 0.5, 2 ** 32]) expect(() => permutation(rngOf(1), n)).toThrow(/^Cannot permute: n is /);
  for (const k of [-1, 6, 1.5])
    expect(() => sampleWithoutReplacement(rngOf(1), 5, k)).toThrow(/^Cannot draw without replacement: k is /);
});
