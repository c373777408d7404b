import { unzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { writeZip } from "./zip-write.js";

const files = new Map([
  ["a.txt", new Uint8Array(300).fill(97)],
  ["empty", new Uint8Array(0)],
  ["流.txt", Uint8Array.of(1, 2, 3)],
]);

describe("writeZip", () => {
  it("writes an archive that another unzip opens to the same files", () => {
    for (const compress of [false, true]) expect(unzipSync(writeZip(files, { compress }))).toEqual(Object.fromEntries(files));
  });

  it("refuses more than the plain format can count", () => {
    const many = new Map(Array.from({ length: 65_535 }, (_, i) => [`${i}x`, new Uint8Array(0)] as const));
    expect(() => writeZip(many)).toThrow(/65535 files/);
  });
});
