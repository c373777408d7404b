import { expect, test } from "vitest";
import { chiSquaredP } from "../../../../tests/support/chi-squared-of.js";
import { rngOf } from "../random/index.js";
import { drawTokenAtoms, tokenAtoms, tokenEntropy } from "./token-atoms.js";
import { drawSourceTokens, maskSource, tokenSource, uniformTokens } from "./token-source.js";
import { tokensOf } from "./tokens.js";

test("sources are distributions, and their draws follow them", () => {
  for (const source of [uniformTokens(4), maskSource(4), maskSource(4, 1), tokenSource([1, 0, 5, 2])]) {
    expect(Math.abs(source.probabilities.reduce((sum, p) => sum + p, 0) - 1)).toBeLessThan(1e-15);
    const drawn = drawSourceTokens(source, rngOf(1), { length: 5, size: 2000 });
    const counts = new Float64Array(4);
    for (const token of drawn.data) counts[token]++;
    if (source.name === "mask") expect([...counts]).toEqual([...source.probabilities].map((p) => 10000 * p));
    else expect(chiSquaredP(counts, source.probabilities)).toBeGreaterThan(1e-3); // seed 1; fails once in 1000 seeds
    const fewer = drawSourceTokens(source, rngOf(1), { length: 5, size: 3 });
    expect(fewer.data).toEqual(drawn.data.subarray(0, 15));
  }
});

test("a mask that is no token, and weights that are none, are refused", () => {
  expect(() => maskSource(3, 3)).toThrow("Cannot mask: the mask token is 3; expected an integer from 0 to 2");
  expect(() => tokenSource([0, 0])).toThrow(/^Cannot sum weights/);
  expect(() => tokenSource([1, -1])).toThrow(/^Cannot sum weights/);
});

test("equal sequences become one atom, and those of weight zero are left out", () => {
  const z = tokensOf(
    [
      [0, 1],
      [2, 2],
      [0, 1],
      [1, 1],
    ],
    3,
  );
  const data = tokenAtoms(z, [1, 2, 3, 0]);
  expect([...data.z.data]).toEqual([0, 1, 2, 2]);
  expect([...data.weights]).toEqual([4 / 6, 2 / 6]);
  expect(tokenEntropy(data)).toBeCloseTo(-(2 / 3) * Math.log(2 / 3) - (1 / 3) * Math.log(1 / 3), 14);
  const drawn = drawTokenAtoms(data, rngOf(2), 3000);
  const first = Array.from({ length: 3000 }, (_, b) => (drawn.data[2 * b] === 0 ? 1 : 0)).reduce<number>((a, b) => a + b, 0);
  expect(chiSquaredP([first, 3000 - first], data.weights)).toBeGreaterThan(1e-3);
  expect(() => tokenAtoms(z, [1])).toThrow("Cannot weight the sequences: there are 1 weights; expected 4");
});
