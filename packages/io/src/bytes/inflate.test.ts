import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { inflate } from "./inflate.js";

const zeros = new Uint8Array(20_000);

describe("inflate", () => {
  it("opens what zlib packs, up to its greatest ratio", () => {
    for (const level of [0, 1, 9]) {
      const found = inflate(deflateRawSync(zeros, { level }), zeros.length, "x");
      expect([found.length, Buffer.compare(found, zeros)]).toEqual([zeros.length, 0]);
    }
  });

  it("refuses a promise above 1032 bytes a byte before it claims memory", () => {
    expect(() => inflate(new Uint8Array(10), 10_321, "x")).toThrow(
      "Cannot read x: it promises 10321 bytes from 10 compressed bytes",
    );
  });

  it("tells a stream that holds fewer or more bytes than promised", () => {
    const stream = deflateRawSync(zeros);
    expect(() => inflate(stream, 20_001, "x")).toThrow(/promises 20001 bytes and holds 20000/);
    expect(() => inflate(stream, 19_999, "x")).toThrow(/promises 19999 bytes and holds more/);
    expect(() => inflate(deflateRawSync(zeros, { level: 0 }), 10, "x")).toThrow(SyntaxError);
  });

  it("refuses bytes that are no DEFLATE stream", () => {
    expect(() => inflate(Uint8Array.of(0xff, 0xff, 0xff), 3, "x")).toThrow(/damaged \(invalid block type\)/);
  });
});
