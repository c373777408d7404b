import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { readZip } from "./zip-read.js";
import { writeZip } from "./zip-write.js";

const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "ascii"));
const files = new Map([
  ["a.txt", ascii("alpha ".repeat(50))],
  ["empty", new Uint8Array(0)],
  ["流.txt", ascii("flow")],
]);

/** Where `pattern` begins for the n-th time. */
function find(bytes: Uint8Array, pattern: readonly number[], nth = 0): number {
  let seen = 0;
  for (let at = 0; at < bytes.length; at++) {
    if (pattern.every((byte, i) => bytes[at + i] === byte) && seen++ === nth) return at;
  }
  throw new Error("pattern is absent");
}

const DIRECTORY_ENTRY = [0x50, 0x4b, 1, 2];

function patched(at: (bytes: Uint8Array) => number, values: readonly number[], compress = false): Uint8Array {
  const bytes = writeZip(files, { compress });
  bytes.set(values, at(bytes));
  return bytes;
}

describe("readZip", () => {
  it("opens what fflate packs, at every level, in the order of the directory", () => {
    for (const level of [0, 1, 9] as const)
      expect([...readZip(zipSync(Object.fromEntries(files), { level }))]).toEqual([...files]);
  });

  it("opens an archive with a comment, and one without files", () => {
    const whole = writeZip(files);
    const commented = Uint8Array.from([...whole, 1, 2, 3]);
    commented[whole.length - 2] = 3;
    expect([...readZip(commented).keys()]).toEqual([...files.keys()]);
    expect(readZip(writeZip(new Map())).size).toBe(0);
  });

  it("throws SyntaxError for every cut of an archive", () => {
    for (const compress of [false, true]) {
      const whole = writeZip(files, { compress });
      for (let end = 0; end < whole.length; end++) expect(() => readZip(whole.subarray(0, end))).toThrow(SyntaxError);
    }
  });

  it("notices a changed byte in any file by its CRC-32", () => {
    const bytes = patched((b) => find(b, [...ascii("alpha")]), [...ascii("gamma")]);
    expect(() => readZip(bytes)).toThrow(/zip entry "a.txt": the CRC-32/);
  });

  it("refuses encryption, other methods and names that appear twice", () => {
    const entry = (b: Uint8Array) => find(b, DIRECTORY_ENTRY);
    expect(() => readZip(patched((b) => entry(b) + 8, [1]))).toThrow(/"a.txt" is encrypted/);
    expect(() => readZip(patched((b) => entry(b) + 10, [12]))).toThrow(/uses method 12/);
    const twins = writeZip(
      new Map([
        ["x1", ascii("1")],
        ["x2", ascii("2")],
      ]),
    );
    twins[find(twins, DIRECTORY_ENTRY, 1) + 47] = 0x31;
    expect(() => readZip(twins)).toThrow(/"x1" appears twice/);
  });

  it("claims no memory for a size that the stored bytes cannot hold", () => {
    const bytes = patched((b) => find(b, DIRECTORY_ENTRY) + 24, [0, 0, 0, 0x80], true);
    expect(() => readZip(bytes)).toThrow(/promises 2147483648 bytes from/);
  });

  it("refuses entries that share bytes", () => {
    const bytes = writeZip(
      new Map([
        ["x1", ascii("11")],
        ["x2", ascii("11")],
      ]),
    );
    bytes.set([0, 0, 0, 0], find(bytes, DIRECTORY_ENTRY, 1) + 42);
    expect(() => readZip(bytes)).toThrow(/"x1" and "x2" overlap/);
  });
});
