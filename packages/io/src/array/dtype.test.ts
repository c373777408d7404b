import { describe, expect, it } from "vitest";
import { LAYOUT } from "./dtype.js";

describe("LAYOUT", () => {
  it("gives every dtype a view of as many elements as its size says", () => {
    for (const { bytes, view } of Object.values(LAYOUT)) {
      const data = view(new ArrayBuffer(24));
      expect([data.BYTES_PER_ELEMENT, data.length]).toEqual([bytes, 24 / bytes]);
    }
  });
});
