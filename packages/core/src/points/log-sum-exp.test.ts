import fc from "fast-check";
import { expect, it } from "vitest";
import { logSumExp } from "./log-sum-exp.js";

const numbers = fc.array(fc.double({ min: -30, max: 30, noNaN: true }), { minLength: 1, maxLength: 40 });

it("agrees with log Σ exp where that does not overflow", () => {
  fc.assert(
    fc.property(numbers, (values) => {
      const direct = Math.log(values.reduce((sum, v) => sum + Math.exp(v), 0));
      expect(Math.abs(logSumExp(values) - direct)).toBeLessThan(1e-12); // 40 roundings and one logarithm of order 30
    }),
  );
});

it("moves with a shift that would overflow without it", () => {
  fc.assert(
    fc.property(numbers, fc.constantFrom(-5000, 5000), (values, shift) => {
      const moved = logSumExp(values.map((v) => v + shift));
      expect(Math.abs(moved - shift - logSumExp(values))).toBeLessThan(1e-11); // rounding of v + 5000
    }),
  );
});

it("is −∞ for nothing and for −∞ alone, ∞ when one is, and log n for n zeros", () => {
  expect(logSumExp([])).toBe(-Infinity);
  expect(logSumExp([-Infinity, -Infinity])).toBe(-Infinity);
  expect(logSumExp([0, Infinity])).toBe(Infinity);
  expect(logSumExp(new Float64Array(7))).toBeCloseTo(Math.log(7), 15);
});
