import { expect, it } from "vitest";
import { estimate } from "./estimate.js";

it("gives the mean and s/√n of 1, 2, 3, 4: 2.5 and √(5/3)/2", () => {
  const { mean, standardError } = estimate([1, 2, 3, 4]);
  expect(mean).toBe(2.5);
  expect(standardError).toBeCloseTo(Math.sqrt(5 / 3) / 2, 15);
});

it("refuses a single draw", () => {
  expect(() => estimate([1])).toThrow("Cannot estimate a standard error: there are 1 draws; expected at least 2");
});
