import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gunzip, gzip, isGzip } from "./gzip.js";

const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "ascii"));
const text = ascii("flow matching ".repeat(40));

/** The file of `gzip` with the optional header fields of `flags` put in. */
function withFields(flags: number, fields: readonly number[]): Uint8Array {
  const plain = gzip(text);
  const file = Uint8Array.from([...plain.subarray(0, 10), ...fields, ...plain.subarray(10)]);
  file[3] = flags;
  return file;
}

describe("gunzip", () => {
  it("opens what zlib packs, at every level", () => {
    for (const level of [0, 1, 9]) expect(gunzip(gzipSync(text, { level }))).toEqual(text);
    expect(gunzip(gzipSync(new Uint8Array(0)))).toEqual(new Uint8Array(0));
  });

  it("is the inverse of gzip", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        expect(gunzip(gzip(bytes))).toEqual(bytes);
      }),
      { seed: 4, numRuns: 50 },
    );
  });

  it("passes over the extra field, the name, the comment and the header check", () => {
    expect(gunzip(withFields(4, [3, 0, 1, 2, 3]))).toEqual(text);
    expect(gunzip(withFields(8 + 16 + 2, [0x61, 0, 0x62, 0x63, 0, 9, 9]))).toEqual(text);
  });

  it("throws SyntaxError for every cut of a file", () => {
    const whole = gzip(text);
    for (let end = 0; end < whole.length; end++) expect(() => gunzip(whole.subarray(0, end))).toThrow(SyntaxError);
  });

  it("claims no memory for a length that the stream cannot hold", () => {
    const file = gzip(text);
    file.set([0xff, 0xff, 0xff, 0xff], file.length - 4);
    expect(() => gunzip(file)).toThrow(/promises 4294967295 bytes from \d+ compressed bytes/);
  });

  it("notices a wrong length, a wrong check sum and a second member", () => {
    const short = gzip(text);
    short[short.length - 4] = (short[short.length - 4] ?? 0) ^ 1;
    expect(() => gunzip(short)).toThrow(/promises 561 bytes and holds 560/);
    const wrong = gzip(text);
    wrong[wrong.length - 8] = (wrong[wrong.length - 8] ?? 0) ^ 1;
    expect(() => gunzip(wrong)).toThrow(/CRC-32/);
    expect(() => gunzip(Uint8Array.from([...gzip(text), ...gzip(ascii("tail"))]))).toThrow(SyntaxError);
  });
});

describe("gzip", () => {
  it("begins with its magic and the same header each time", () => {
    const file = gzip(text);
    expect(isGzip(file)).toBe(true);
    expect(isGzip(text)).toBe(false);
    expect(gzip(text)).toEqual(file);
    expect([...file.subarray(4, 8)]).toEqual([0, 0, 0, 0]);
  });
});
