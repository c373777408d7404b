import { expect, it } from "vitest";
import { kronrodNodes } from "./kronrod.js";

it("integrates x^k over [0, 2] exactly: the 15 nodes to degree 22, the 7 to degree 13", () => {
  for (let k = 0; k <= 22; k++) {
    const exact = 2 ** (k + 1) / (k + 1);
    const nodes = kronrodNodes(0, 2);
    const fine = nodes.reduce((sum, { at, weight }) => sum + weight * at ** k, 0);
    const coarse = nodes.reduce((sum, { at, coarse: w }) => sum + w * at ** k, 0);
    expect(Math.abs(fine / exact - 1)).toBeLessThan(1e-13); // rounding of a sum of 15 terms
    if (k <= 13) expect(Math.abs(coarse / exact - 1)).toBeLessThan(1e-13);
    else expect(Math.abs(coarse / exact - 1)).toBeGreaterThan(1e-13);
  }
});

it("gives its nodes in increasing order inside the interval", () => {
  const at = kronrodNodes(-1, 3).map((node) => node.at);
  expect(at).toEqual([...at].sort((a, b) => a - b));
  expect(Math.min(...at)).toBeGreaterThan(-1);
  expect(Math.max(...at)).toBeLessThan(3);
});
