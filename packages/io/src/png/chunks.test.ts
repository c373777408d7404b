import { describe, expect, it } from "vitest";
import { isPng, pngParts } from "./chunks.js";
import { writePng } from "./write-png.js";

describe("pngParts", () => {
  it("gives header and image data, and leaves out chunks that do not change pixels", () => {
    const file = writePng({ width: 2, height: 1, channels: 3, data: new Uint8Array(6) });
    const note = [0, 0, 0, 1, 0x74, 0x45, 0x58, 0x74, 7, 0, 0, 0, 0]; // a damaged text chunk
    const noted = Uint8Array.from([...file.subarray(0, 33), ...note, ...file.subarray(33)]);
    const parts = pngParts(noted);
    expect(parts.header).toEqual({ width: 2, height: 1, depth: 8, color: 2, interlaced: false });
    expect(parts.essential).toEqual(file);
    expect(parts.stream[0]).toBe(0x78);
    expect([isPng(file), isPng(file.subarray(1))]).toEqual([true, false]);
  });
});
