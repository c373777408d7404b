import { describe, expect, it } from "vitest";
import { readSafetensorsHeader } from "./header.js";

describe("readSafetensorsHeader", () => {
  it("gives entries in the order of the header, metadata apart, and the data behind it", () => {
    const text = JSON.stringify({
      b: { dtype: "U8", shape: [1], data_offsets: [2, 3] },
      __metadata__: { k: "v" },
      a: { dtype: "U8", shape: [2], data_offsets: [0, 2] },
    });
    const bytes = new Uint8Array([text.length, 0, 0, 0, 0, 0, 0, 0, ...Buffer.from(text), 7, 8, 9]);
    expect(readSafetensorsHeader(bytes)).toEqual({
      entries: [
        { name: "b", dtype: "U8", shape: [1], begin: 2, end: 3 },
        { name: "a", dtype: "U8", shape: [2], begin: 0, end: 2 },
      ],
      metadata: { k: "v" },
      data: Uint8Array.of(7, 8, 9),
    });
  });
});
