import { describe, expect, it } from "vitest";
import { decodeLatin1, decodeUtf8, encodeUtf8 } from "./utf8.js";

describe("decodeUtf8", () => {
  it("is the inverse of encodeUtf8 and drops a byte order mark", () => {
    expect(decodeUtf8(encodeUtf8("流 α😀"), "text")).toBe("流 α😀");
    expect(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61), "text")).toBe("a");
  });

  it("refuses bytes that are not UTF-8", () => {
    expect(() => decodeUtf8(Uint8Array.of(0xff, 0xfe), "csv")).toThrow(
      "Cannot read csv: the bytes are not UTF-8; expected UTF-8 text",
    );
    expect(() => decodeUtf8(Uint8Array.of(0xc0, 0x80), "csv")).toThrow(SyntaxError);
  });
});

describe("decodeLatin1", () => {
  it("takes each byte as a character code", () => {
    expect(decodeLatin1(Uint8Array.of(0x41, 0xe9, 0xff))).toBe("Aéÿ");
  });
});
