import { describe, expect, it } from "vitest";
import { rowLayout } from "./row-layout.js";

describe("rowLayout", () => {
  it("takes the first length for rows and flattens the rest", () => {
    const decode = (bytes: Uint8Array): Float64Array => Float64Array.from(bytes);
    const layout = rowLayout([5, 2, 3], { start: 80, size: 4, isByte: false }, decode);
    expect([layout.rows, layout.columns, layout.rowBytes, layout.start]).toEqual([5, 6, 24, 80]);
    expect([rowLayout([7], { start: 0, size: 8, isByte: true }, decode).rowBytes]).toEqual([8]);
  });

  it("refuses what has no rows or no columns", () => {
    for (const shape of [[], [0, 3], [3, 0]]) {
      expect(() => rowLayout(shape, { start: 0, size: 1, isByte: true }, () => new Float64Array())).toThrow(
        `its shape is [${shape.join(", ")}]; expected [N, D], both from 1`,
      );
    }
  });
});
