import { describe, expect, it } from "vitest";
import { scanlineBytes } from "./scanlines.js";

const plain = { width: 5, height: 3, depth: 8, color: 0, interlaced: false };

describe("scanlineBytes", () => {
  it("counts a filter byte and the packed samples of every row", () => {
    expect(scanlineBytes(plain)).toBe(3 * 6);
    expect(scanlineBytes({ ...plain, depth: 1 })).toBe(3 * 2);
    expect(scanlineBytes({ ...plain, depth: 16, color: 6 })).toBe(3 * 41);
  });

  it("counts the rows of the seven passes of Adam7, empty ones left out", () => {
    // 5 × 3 pixels: passes of 1×1, 1×1, none, 2×1 … give widths 1, 1, –, 1+1, 3, 2+2, 5 by the table of PNG §8.2.
    expect(scanlineBytes({ ...plain, interlaced: true })).toBe(2 + 2 + 0 + 2 + 4 + 2 * 3 + 6);
    expect(scanlineBytes({ ...plain, width: 1, height: 1, interlaced: true })).toBe(2);
  });
});
