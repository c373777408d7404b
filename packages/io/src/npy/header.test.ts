import { describe, expect, it } from "vitest";
import { isNpy, readNpyHeader } from "./header.js";

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** A header of any version. */
function headerOf(major: 1 | 2 | 3, text: string): Uint8Array {
  const raw = Buffer.from(text, major === 3 ? "utf8" : "latin1");
  const length = major === 1 ? [raw.length & 255, raw.length >> 8] : [raw.length & 255, raw.length >> 8, 0, 0];
  return Uint8Array.from([...MAGIC, major, 0, ...length, ...raw]);
}

describe("readNpyHeader", () => {
  it("reads the three versions, which differ in the length field and the text encoding", () => {
    const text = "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }\n";
    for (const [major, dataStart] of [
      [1, 10],
      [2, 12],
      [3, 12],
    ] as const) {
      expect(readNpyHeader(headerOf(major, text))).toEqual({
        descr: "<f4",
        fortranOrder: true,
        shape: [2, 3],
        dataStart: dataStart + text.length,
      });
    }
  });

  it("refuses a header length past the end of the file", () => {
    expect(() => readNpyHeader(Uint8Array.from([...MAGIC, 2, 0, 0xff, 0xff, 0xff, 0xff]))).toThrow(
      "Cannot read npy header: it takes 4294967295 bytes from byte 12, the file has 12 bytes; expected a whole file",
    );
  });
});

describe("isNpy", () => {
  it("asks for all six bytes", () => {
    expect([isNpy(Uint8Array.from(MAGIC)), isNpy(Uint8Array.from(MAGIC.slice(0, 5)))]).toEqual([true, false]);
  });
});
