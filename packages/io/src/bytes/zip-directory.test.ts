import { describe, expect, it } from "vitest";
import { zipDirectory } from "./zip-directory.js";
import { writeZip } from "./zip-write.js";

const little = (value: number, bytes: number): number[] =>
  Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** i) % 256);

describe("zipDirectory", () => {
  it("lists name, method, sizes and place of every entry", () => {
    const entries = zipDirectory(
      writeZip(
        new Map([
          ["a", Uint8Array.of(1, 2, 3)],
          ["b", new Uint8Array(0)],
        ]),
      ),
    );
    expect(entries).toMatchObject([
      { name: "a", method: 0, size: 3, storedSize: 3, offset: 0 },
      { name: "b", method: 0, size: 0, storedSize: 0, offset: 34, crc: 0 },
    ]);
  });

  it("takes 64-bit sizes and places from the zip64 records where the small fields are full", () => {
    const full = [0xff, 0xff, 0xff, 0xff];
    const extra = [9, 9, 1, 0, 7, 1, 0, 24, 0, ...little(2 ** 33, 8), ...little(2 ** 32, 8), ...little(5, 8)]; // another field first
    const head = [
      0x50,
      0x4b,
      1,
      2,
      0,
      0,
      0,
      0,
      0,
      0,
      8,
      0,
      0,
      0,
      0,
      0,
      1,
      2,
      3,
      4,
      ...full,
      ...full,
      1,
      0,
      extra.length,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      ...full,
    ];
    const entry = [...head, 0x78, ...extra];
    const end64 = [
      0x50,
      0x4b,
      6,
      6,
      ...little(44, 8),
      0,
      0,
      0,
      0,
      ...little(0, 8),
      ...little(1, 8),
      ...little(1, 8),
      ...little(entry.length, 8),
      ...little(0, 8),
    ];
    const locator = [0x50, 0x4b, 6, 7, 0, 0, 0, 0, ...little(entry.length, 8), 1, 0, 0, 0];
    const end = [0x50, 0x4b, 5, 6, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, ...full, ...full, 0, 0];
    expect(zipDirectory(Uint8Array.from([...entry, ...end64, ...locator, ...end]))).toEqual([
      { name: "x", method: 8, crc: 0x04030201, storedSize: 2 ** 32, size: 2 ** 33, offset: 5 },
    ]);
  });

  it("refuses a directory that holds another number of entries than it says", () => {
    const bytes = writeZip(new Map([["a", Uint8Array.of(1)]]));
    bytes[bytes.length - 12] = 2;
    expect(() => zipDirectory(bytes)).toThrow(/holds 1 entries in 47 bytes; expected 2 entries/);
  });
});
