import * as fc from "fast-check";
import { expect, test } from "vitest";
import { stepControl } from "./step-control.js";

const errors = fc.double({ min: 0, max: 1, noNaN: true });

test("the factor after an accepted step is 0.9·ε_n^(−0.17)·ε_(n−1)^0.04 for an estimate of order 4", () => {
  const control = stepControl(4);
  expect(control.accepted(0.5)).toBeCloseTo(0.9 * 0.5 ** -0.17 * 1e-4 ** 0.04, 14);
  expect(control.accepted(0.3)).toBeCloseTo(0.9 * 0.3 ** -0.17 * 0.5 ** 0.04, 14);
});

test("an error at the tolerance shortens the step, and a constant error has one length at which the step stays", () => {
  const control = stepControl(4);
  let [length, factor] = [1, 1];
  // ε = h⁵ for a method of order 4: the fixed point is h = (0.9)^(1/(5·0.13)), where the factor is 1.
  for (let n = 0; n < 100; n++) {
    factor = control.accepted(length ** 5);
    length *= factor;
  }
  expect(factor).toBeCloseTo(1, 12);
  expect(length).toBeCloseTo(0.9 ** (1 / 0.65), 12);
});

test("the factor stays within [0.2, 10], and a rejection never lengthens the step", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), errors), { maxLength: 30 }), fc.integer({ min: 1, max: 8 }), (history, q) => {
      const control = stepControl(q);
      let afterRejection = false;
      for (const [ok, error] of history) {
        const factor = ok ? control.accepted(error) : control.rejected(1 + 100 * error);
        expect(factor).toBeGreaterThanOrEqual(0.2);
        expect(factor).toBeLessThanOrEqual(afterRejection || !ok ? 1 : 10);
        afterRejection = !ok;
      }
    }),
  );
});

test("no error at all lengthens the step tenfold, and an error that is not finite shortens it to a fifth", () => {
  const control = stepControl(4);
  expect(control.accepted(0)).toBe(10);
  for (const error of [Number.NaN, Infinity]) expect(control.rejected(error)).toBe(0.2);
});
