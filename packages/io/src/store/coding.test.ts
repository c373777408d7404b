import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { halfToNumber } from "../array/index.js";
import { bytesOfDtype, decoderOf, encoderOf, FLOAT32_CODING, type StoreCoding } from "./coding.js";

const HALF: StoreCoding = { dtype: "float16", scale: 1, offset: 0 };
const GREY: StoreCoding = { dtype: "uint8", scale: 2 / 255, offset: -1 };

function roundTrip(coding: StoreCoding, numbers: Float64Array, shift = 0): Float32Array {
  const bytes = new Uint8Array(numbers.length * bytesOfDtype(coding.dtype) + shift).subarray(shift);
  expect(encoderOf(coding)(numbers, bytes)).toBe(-1);
  return Float32Array.from(decoderOf(coding)(bytes, new Float32Array(numbers.length)));
}

describe("codings", () => {
  it("float32 gives back every number rounded to float32, at any address", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e30, max: 1e30, noNaN: true })), fc.nat(5), (numbers, shift) => {
        expect(roundTrip(FLOAT32_CODING, Float64Array.from(numbers), shift)).toEqual(Float32Array.from(numbers));
      }),
    );
  });

  it("float16 gives the nearest of all halves, ties to the even pattern", () => {
    const halves = Float64Array.from({ length: 0x7c00 }, (_, pattern) => halfToNumber(pattern));
    fc.assert(
      fc.property(fc.double({ min: -65504, max: 65504, noNaN: true }), (number) => {
        const [kept = Number.NaN] = roundTrip(HALF, Float64Array.of(number));
        const error = Math.abs(Math.abs(kept) - Math.abs(number));
        let least = Infinity;
        for (const half of halves) least = Math.min(least, Math.abs(half - Math.abs(number)));
        expect(error).toBe(least);
      }),
      { numRuns: 30 },
    );
    expect(roundTrip(HALF, Float64Array.from(halves))).toEqual(Float32Array.from(halves));
    expect([...roundTrip(HALF, Float64Array.of(2049, 2051, 2 ** -25, 3 * 2 ** -25))]).toEqual([2048, 2052, 0, 2 ** -23]);
  });

  it("uint8 gives back its 256 levels exactly and others within half a step", () => {
    const levels = Float64Array.from({ length: 256 }, (_, q) => Math.fround((2 / 255) * q - 1));
    expect(roundTrip(GREY, levels)).toEqual(Float32Array.from(levels));
    fc.assert(
      fc.property(fc.double({ min: -1, max: 1, noNaN: true }), (number) => {
        const [kept = Number.NaN] = roundTrip(GREY, Float64Array.of(number));
        // half a step, and the rounding of the level to float32
        expect(Math.abs(kept - number)).toBeLessThanOrEqual(1 / 255 + 2 ** -24);
      }),
    );
  });

  it("says which number a coding cannot hold", () => {
    const first = (coding: StoreCoding, numbers: number[]): number =>
      encoderOf(coding)(numbers, new Uint8Array(numbers.length * bytesOfDtype(coding.dtype)));
    expect(first(FLOAT32_CODING, [0, 1e39])).toBe(1);
    expect(first(FLOAT32_CODING, [Number.NaN])).toBe(0);
    expect(first(HALF, [65519.99, 65520])).toBe(1);
    expect(first(HALF, [0, Number.NaN])).toBe(1);
    expect(first(GREY, [1, 0, 1.1])).toBe(2);
    expect(first(GREY, [Number.NaN])).toBe(0);
  });
});
