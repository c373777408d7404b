import { describe, expect, it } from "vitest";
import { countOf, declaredBytes, ndArray } from "./nd-array.js";

describe("countOf", () => {
  it("is the product of the lengths, 1 for [] and 0 when a length is 0", () => {
    expect([countOf([2, 3, 4]), countOf([]), countOf([2 ** 40, 2 ** 40, 0])]).toEqual([24, 1, 0]);
  });

  it("refuses lengths that are no whole numbers and products past 2^53 - 1", () => {
    for (const shape of [[-1], [1.5], [Number.NaN], [2 ** 30, 2 ** 30]]) expect(() => countOf(shape)).toThrow(RangeError);
  });
});

describe("declaredBytes", () => {
  it("is the count times the size, and blames the file for an impossible one", () => {
    expect(declaredBytes([2, 3], 8, "x")).toBe(48);
    for (const shape of [[2 ** 30, 2 ** 30], [2 ** 52]]) expect(() => declaredBytes(shape, 8, "x")).toThrow(SyntaxError);
  });
});

describe("ndArray", () => {
  it("views the data without a copy and keeps its own shape", () => {
    const data = Float32Array.of(1, 2);
    const shape = [2, 1];
    const array = ndArray("float32", shape, data);
    shape[0] = 7;
    expect(array).toEqual({ dtype: "float32", shape: [2, 1], data });
    expect(array.data).toBe(data);
  });

  it("refuses data of another count or class", () => {
    expect(() => ndArray("int8", [3], Int8Array.of(1, 2))).toThrow(
      "Cannot use an array: shape [3] has 3 elements, data has 2; expected equal counts",
    );
    expect(() => ndArray("int8", [1], Uint8Array.of(1) as unknown as Int8Array)).toThrow(TypeError);
  });
});
