import { describe, expect, it } from "vitest";
import { elementsOf, littleEndianBytes } from "./elements.js";
import { ndArray } from "./nd-array.js";

const reversed = (bytes: Uint8Array, size: number): Uint8Array =>
  Uint8Array.from({ length: bytes.length }, (_, i) => bytes[i - (i % size) + size - 1 - (i % size)] ?? 0);

describe("elementsOf", () => {
  it("reads both byte orders as a DataView does, from any address", () => {
    const little = Uint8Array.of(9, ...littleEndianBytes(ndArray("float64", [2], Float64Array.of(Math.PI, -1e-300)))).subarray(1);
    const view = new DataView(little.buffer, 1);
    const expected = Float64Array.of(view.getFloat64(0, true), view.getFloat64(8, true));
    expect(elementsOf("float64", little, "little")).toEqual(expected);
    expect(elementsOf("float64", reversed(little, 8), "big")).toEqual(expected);
    expect(elementsOf("uint32", reversed(little, 4), "big")).toEqual(elementsOf("uint32", little, "little"));
    expect(elementsOf("int16", reversed(little, 2), "big")).toEqual(elementsOf("int16", little, "little"));
  });

  it("leaves the bytes it read alone", () => {
    const bytes = Uint8Array.of(1, 2, 3, 4);
    elementsOf("int32", bytes, "big").fill(0);
    expect(bytes).toEqual(Uint8Array.of(1, 2, 3, 4));
  });

  it("refuses a length that is no multiple of the element, and a bool other than 0 and 1", () => {
    expect(() => elementsOf("int64", new Uint8Array(12), "little")).toThrow(RangeError);
    expect(() => elementsOf("bool", Uint8Array.of(0, 2), "little")).toThrow(
      "Cannot read bool elements: element 1 is byte 2; expected 0 or 1",
    );
  });
});

describe("littleEndianBytes", () => {
  it("covers exactly the elements of a view into a larger buffer", () => {
    const view = Uint16Array.of(1, 0x0203, 4).subarray(1, 2);
    expect(littleEndianBytes(ndArray("uint16", [1], view))).toEqual(Uint8Array.of(3, 2));
  });
});
