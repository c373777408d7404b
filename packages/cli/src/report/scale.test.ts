import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linearScale, logScale, positiveScale, type Scale } from "./scale.js";
import { exactNumber } from "./text.js";

const any = fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1, maxLength: 8 });
const positive = fc.array(fc.double({ noNaN: true, min: 1e-12, max: 1e12 }), { minLength: 1, maxLength: 8 });

/** What every scale promises: it holds the values, its ends are its outer ticks, and ticks rise and read differently. */
function requireScale(scale: Scale, values: readonly number[]): void {
  const { low, high, ticks, at } = scale;
  expect(low).toBeLessThan(high);
  expect([at(low), at(high)]).toEqual([0, 1]);
  for (const v of values) {
    // a value is taken for a round number when it is within 1e-9 of a step
    expect(at(v)).toBeGreaterThanOrEqual(-1e-9);
    expect(at(v)).toBeLessThanOrEqual(1 + 1e-9);
  }
  expect(ticks.length).toBeGreaterThanOrEqual(2);
  expect(ticks.length).toBeLessThanOrEqual(12);
  for (const [i, tick] of ticks.slice(1).entries()) expect(tick).toBeGreaterThan(ticks[i] ?? Infinity);
  expect(new Set(ticks.map(exactNumber)).size).toBe(ticks.length);
  for (const tick of ticks) expect(exactNumber(tick).length).toBeLessThanOrEqual(14);
}

describe("linearScale", () => {
  it("holds its values between round ticks", () => {
    fc.assert(fc.property(any, (values) => requireScale(linearScale(values), values)));
  });

  it("reaches from the outermost tick to the outermost tick", () => {
    for (const values of [
      [0, 7.3],
      [-3, 0],
      [-2.5, 9],
      [0.12, 0.13],
    ]) {
      const { low, high, ticks } = linearScale(values);
      expect(ticks[0]).toBeCloseTo(low, 10);
      expect(ticks.at(-1)).toBeCloseTo(high, 10);
    }
    expect(linearScale([-3, 0]).ticks).toEqual([-3, -2, -1, 0]);
    expect(linearScale([0, 1000]).ticks).toEqual([0, 200, 400, 600, 800, 1000]);
  });

  it("widens a single value, and needs none", () => {
    expect(linearScale([5, 5]).ticks).toEqual([2, 3, 4, 5, 6, 7, 8]);
    for (const values of [[], [0], [5e-324], [Number.NaN], [Infinity, -Infinity]]) requireScale(linearScale(values), []);
  });

  it("is affine", () => {
    fc.assert(
      fc.property(any, fc.double({ min: 0, max: 1, noNaN: true }), (values, part) => {
        const { low, high, at } = linearScale(values);
        expect(at(low + part * (high - low))).toBeCloseTo(part, 9);
      }),
    );
  });
});

describe("logScale", () => {
  it("holds its values between ticks of 1, 2, 5 or whole decades", () => {
    fc.assert(
      fc.property(positive, (values) => {
        const scale = logScale(values);
        requireScale(scale, values);
        for (const tick of scale.ticks) expect(tick.toExponential()).toMatch(/^[125]e/);
      }),
    );
  });

  it("rises strictly, and by the same amount for the same factor", () => {
    fc.assert(
      fc.property(positive, fc.double({ noNaN: true, min: 1e-12, max: 1e11 }), (values, v) => {
        const { at, low, high } = logScale(values);
        expect(at(2 * v)).toBeGreaterThan(at(v));
        // a logarithm of up to 28 to rounding, over the width of the scale
        expect(at(2 * v) - at(v)).toBeCloseTo(Math.log(2) / Math.log(high / low), 9);
      }),
    );
  });

  it("leaves out what has no logarithm", () => {
    const scale = logScale([0, -1, Number.NaN, Infinity, 3, 40]);
    expect([scale.low, scale.high]).toEqual([2, 50]);
    expect([0, -1].map(scale.at)).toEqual([-Infinity, -Infinity]);
    for (const values of [[], [0], [-2, Number.NaN]]) requireScale(logScale(values), []);
  });
});

describe("positiveScale", () => {
  it("is logarithmic beyond a decade, else linear from zero", () => {
    expect(positiveScale([18, 24]).low).toBe(0);
    expect(positiveScale([1, 24]).ticks).toEqual([1, 2, 5, 10, 20, 50]);
    expect(positiveScale([]).low).toBe(0);
    fc.assert(fc.property(positive, (values) => requireScale(positiveScale(values), values)));
  });
});
