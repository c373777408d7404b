import { inflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readPng } from "./read-png.js";
import { type Pixels, writePng } from "./write-png.js";

const sides = fc.record({
  width: fc.integer({ min: 1, max: 12 }),
  height: fc.integer({ min: 1, max: 12 }),
  channels: fc.constantFrom(1, 2, 3, 4),
});

describe("writePng", () => {
  it("is undone by readPng up to the factor 255, for any pixels", () => {
    fc.assert(
      fc.property(sides, fc.nat(255), (size, start) => {
        const data = Uint8Array.from({ length: size.width * size.height * size.channels }, (_, i) => (start + 37 * i) & 255);
        const pixels = { ...size, data } as Pixels;
        const bytes = writePng(pixels);
        expect(readPng(bytes)).toEqual({ ...size, data: Float64Array.from(data, (sample) => sample / 255) });
        expect(writePng(pixels)).toEqual(bytes);
      }),
      { seed: 12, numRuns: 60 },
    );
  });

  it("writes rows that another zlib opens: a filter byte 0 and the samples", () => {
    const bytes = Buffer.from(writePng({ width: 2, height: 2, channels: 1, data: Uint8Array.of(1, 2, 3, 4) }));
    const at = bytes.indexOf("IDAT");
    expect([...inflateSync(bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at - 4)))]).toEqual([0, 1, 2, 0, 3, 4]);
  });

  it("refuses sides and lengths that do not fit", () => {
    const data = Uint8Array.of(1, 2);
    for (const [width, height] of [
      [2, 2],
      [0, 2],
      [1.5, 1],
      [-1, -2],
    ] as const) {
      expect(() => writePng({ width, height, channels: 1, data })).toThrow(RangeError);
    }
  });
});
