import { describe, expect, it } from "vitest";
import { ndArray } from "../array/index.js";
import { IDX_PREFIX, idxRows, isIdx, readIdx } from "./read-idx.js";

/** Two images of 2 × 3 pixels, laid out as the MNIST page describes. */
const IMAGES = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);

describe("readIdx", () => {
  it("reads images of bytes and big-endian numbers of every type", () => {
    expect(readIdx(IMAGES)).toEqual(
      ndArray(
        "uint8",
        [2, 2, 3],
        Uint8Array.from({ length: 12 }, (_, i) => i + 1),
      ),
    );
    expect(readIdx(Uint8Array.of(0, 0, 9, 1, 0, 0, 0, 1, 0xff))).toEqual(ndArray("int8", [1], Int8Array.of(-1)));
    expect(readIdx(Uint8Array.of(0, 0, 11, 1, 0, 0, 0, 1, 1, 2))).toEqual(ndArray("int16", [1], Int16Array.of(258)));
    expect(readIdx(Uint8Array.of(0, 0, 12, 1, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xfe))).toEqual(
      ndArray("int32", [1], Int32Array.of(-2)),
    );
    expect(readIdx(Uint8Array.of(0, 0, 13, 1, 0, 0, 0, 1, 0x3f, 0x80, 0, 0))).toEqual(
      ndArray("float32", [1], Float32Array.of(1)),
    );
    expect(readIdx(Uint8Array.of(0, 0, 14, 1, 0, 0, 0, 1, 0xc0, 0, 0, 0, 0, 0, 0, 0))).toEqual(
      ndArray("float64", [1], Float64Array.of(-2)),
    );
  });

  it("throws SyntaxError for every cut, for a byte too many and for another magic", () => {
    for (let end = 0; end < IMAGES.length; end++) expect(() => readIdx(IMAGES.subarray(0, end))).toThrow(SyntaxError);
    expect(() => readIdx(Uint8Array.from([...IMAGES, 0]))).toThrow(
      "13 bytes follow the header; expected 12 for shape [2, 2, 3] of uint8",
    );
    expect(() => readIdx(Uint8Array.of(0, 0, 10, 1))).toThrow(/begins with 0 0 10 1/);
    expect([isIdx(IMAGES), isIdx(Uint8Array.of(0, 0, 10, 1)), isIdx(new Uint8Array(0))]).toEqual([true, false, false]);
  });

  it("claims no memory for lengths that the file does not hold", () => {
    expect(() => readIdx(Uint8Array.of(0, 0, 14, 1, 0xff, 0xff, 0xff, 0xff))).toThrow(
      /0 bytes follow the header; expected 34359738360/,
    );
    const huge = Uint8Array.from([0, 0, 8, 3, ...new Array(12).fill(0xff)]);
    expect(() => readIdx(huge)).toThrow(/too many elements/);
  });
});

describe("idxRows", () => {
  it("any rows, read alone, are those of the whole file", () => {
    const lengths = Uint8Array.of(0, 0, 0x0b, 3, 0, 0, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2);
    const file = Uint8Array.from([...lengths, ...Array.from({ length: 20 }, (_, i) => i)]);
    const layout = idxRows(file.subarray(0, IDX_PREFIX), file.length);
    expect([layout.rows, layout.columns, layout.shape, layout.rowBytes, layout.isByte]).toEqual([5, 2, [5, 1, 2], 4, false]);
    const rows = layout.decode(file.subarray(layout.start + 4, layout.start + 12));
    expect(Array.from(rows)).toEqual([4 * 256 + 5, 6 * 256 + 7, 8 * 256 + 9, 10 * 256 + 11]);
    expect(() => idxRows(file.subarray(0, 16), file.length - 1)).toThrow("19 bytes follow the header; expected 20");
  });
});
