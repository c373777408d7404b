import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { numberOf, textOf } from "./number-text.js";

describe("numberOf", () => {
  it("reads decimals, white space around them, and the names of NaN and infinity", () => {
    expect(["1", " -1.5e-3\r", "+.5", "5.", "nan", "-Inf", "Infinity"].map(numberOf)).toEqual([
      1,
      -0.0015,
      0.5,
      5,
      NaN,
      -Infinity,
      Infinity,
    ]);
  });

  it("refuses what JavaScript alone takes for a number, and everything else", () => {
    for (const text of ["", " ", "0x10", "0b1", "1_0", "1e", ".", "e5", "1,5", "1 2", "one", "-"])
      expect(numberOf(text)).toBeUndefined();
  });

  it("refuses a long run of digits with a bad end in time that grows with its length only", () => {
    expect(numberOf(`${"1".repeat(1_000_000)}x`)).toBeUndefined();
  });
});

describe("textOf", () => {
  it("is undone by numberOf for every double", () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(numberOf(textOf(value))).toBe(value);
      }),
      { seed: 7, numRuns: 500 },
    );
  });
});
