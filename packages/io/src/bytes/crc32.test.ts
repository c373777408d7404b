import { describe, expect, it } from "vitest";
import { crc32 } from "./crc32.js";

describe("crc32", () => {
  it("gives the check value of the standard, and 0 for nothing", () => {
    expect(crc32(new Uint8Array(Buffer.from("123456789", "ascii")))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array(0))).toBe(0);
  });
});
