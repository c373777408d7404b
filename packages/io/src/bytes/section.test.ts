import { describe, expect, it } from "vitest";
import { section, sectionView } from "./section.js";

const bytes = Uint8Array.of(9, 1, 2, 3, 4).subarray(1);

describe("section", () => {
  it("views the bytes asked for, up to the last", () => {
    expect(section(bytes, 1, 3, "x")).toEqual(Uint8Array.of(2, 3, 4));
    expect(section(bytes, 4, 0, "x")).toHaveLength(0);
    expect(sectionView(bytes, 2, 2, "x").getUint16(0)).toBe(0x0304);
  });

  it("refuses one byte too many, and a start or length that is negative or not a number", () => {
    expect(() => section(bytes, 2, 3, "a header")).toThrow(
      "Cannot read a header: it takes 3 bytes from byte 2, the file has 4 bytes; expected a whole file",
    );
    for (const [from, length] of [
      [-1, 2],
      [0, -1],
      [Number.NaN, 1],
      [2 ** 53, 0],
    ] as const) {
      expect(() => section(bytes, from, length, "x")).toThrow(SyntaxError);
    }
  });
});
