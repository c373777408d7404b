import { describe, expect, it } from "vitest";
import { bfloat16ToNumber, halfToNumber, numberToHalf, widen } from "./half.js";

describe("halfToNumber", () => {
  it("gives the known values of binary16", () => {
    const known: readonly (readonly [number, number])[] = [
      [0x0000, 0],
      [0x8000, -0],
      [0x0001, 2 ** -24],
      [0x03ff, 1023 * 2 ** -24],
      [0x0400, 2 ** -14],
      [0x3555, 0.333251953125],
      [0x3c00, 1],
      [0xc000, -2],
      [0x7bff, 65504],
      [0x7c00, Number.POSITIVE_INFINITY],
      [0xfc00, Number.NEGATIVE_INFINITY],
      [0x7e00, Number.NaN],
    ];
    for (const [pattern, number] of known) expect(halfToNumber(pattern)).toBe(number);
  });

  it("rises with the pattern over all finite positive values, and every value fits a float32", () => {
    const numbers = Array.from({ length: 0x7c00 }, (_, pattern) => halfToNumber(pattern));
    expect(numbers.findIndex((number, i) => i > 0 && !(number > (numbers[i - 1] ?? 0)))).toBe(-1);
    expect(Array.from(Float32Array.from(numbers))).toEqual(numbers);
  });
});

describe("numberToHalf", () => {
  it("gives every pattern back from its value, and halfway values to the even pattern", () => {
    for (let pattern = 0; pattern < 0x7c00; pattern++) {
      const [low, high] = [halfToNumber(pattern), pattern === 0x7bff ? 65536 : halfToNumber(pattern + 1)];
      const even = pattern % 2 === 0 ? pattern : pattern + 1;
      const middle = (low + high) / 2; // exact: a half has 11 bits
      expect([numberToHalf(low), numberToHalf(middle), numberToHalf(-middle)]).toEqual([pattern, even, even | 0x8000]);
      expect([numberToHalf(middle * (1 - 1e-9)), numberToHalf(middle * (1 + 1e-9))]).toEqual([pattern, pattern + 1]);
    }
    expect([numberToHalf(-0), numberToHalf(1e9), numberToHalf(Number.NaN)]).toEqual([0x8000, 0x7c00, 0x7e00]);
  });
});

describe("bfloat16ToNumber", () => {
  it("is the float32 whose upper half is the pattern", () => {
    expect([0x3f80, 0xc040, 0x7f7f, 0xff80].map(bfloat16ToNumber)).toEqual([1, -3, 255 * 2 ** 120, Number.NEGATIVE_INFINITY]);
  });
});

describe("widen", () => {
  it("reads the patterns in the byte order of the file", () => {
    expect(widen(Uint8Array.of(0x00, 0x3c), "little", halfToNumber)).toEqual(Float32Array.of(1));
    expect(widen(Uint8Array.of(0x3c, 0x00), "big", halfToNumber)).toEqual(Float32Array.of(1));
  });
});
