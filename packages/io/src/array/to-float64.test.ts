import { describe, expect, it } from "vitest";
import { ndArray } from "./nd-array.js";
import { toFloat64 } from "./to-float64.js";

describe("toFloat64", () => {
  it("gives the same numbers for every dtype, and the data itself for float64", () => {
    expect(toFloat64(ndArray("uint8", [2], Uint8Array.of(0, 255)))).toEqual(Float64Array.of(0, 255));
    expect(toFloat64(ndArray("int64", [2], BigInt64Array.of(-3n, 2n ** 53n - 1n)))).toEqual(Float64Array.of(-3, 2 ** 53 - 1));
    const data = Float64Array.of(1);
    expect(toFloat64(ndArray("float64", [1], data))).toBe(data);
  });

  it("refuses an integer that float64 cannot tell from its neighbour", () => {
    expect(() => toFloat64(ndArray("int64", [2], BigInt64Array.of(0n, 2n ** 53n)))).toThrow(/element 1 is 9007199254740992/);
  });
});
