import fc from "fast-check";
import { expect, it } from "vitest";
import { numberText, vectorText } from "./number.js";

it("keeps four digits of every number", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 }), (value) => {
      // Half a unit of the fourth digit is at most 5e-4 of the value; numbers below 1e-300 have fewer digits themselves.
      expect(Math.abs(Number(numberText(value)) - value)).toBeLessThanOrEqual(5.001e-4 * Math.abs(value) + 1e-300);
    }),
  );
});

it("writes vectors as the literature does", () => {
  expect(vectorText([0.4, -1.25])).toBe("(0.4, -1.25)");
  expect(vectorText(Float64Array.of(1 / 3, -0))).toBe("(0.3333, 0)");
});
