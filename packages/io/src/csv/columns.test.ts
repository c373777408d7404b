import { describe, expect, it } from "vitest";
import { labelIndex, namesColumns } from "./columns.js";

describe("namesColumns", () => {
  it("holds when no cell but the label is a number", () => {
    expect(namesColumns(["x", "", "y"], undefined)).toBe(true);
    expect(namesColumns(["x", "1"], undefined)).toBe(false);
    expect(namesColumns(["1,5", "2,5"], undefined)).toBe(false);
    expect(namesColumns(["nan", "inf"], undefined)).toBe(false);
    expect(namesColumns(["1", "setosa"], "last")).toBe(false);
    expect(namesColumns(["x", "7"], "last")).toBe(true);
    expect(namesColumns(["x"], 0)).toBe(false);
  });
});

describe("labelIndex", () => {
  it("is −1 for none, and the column asked for otherwise", () => {
    expect([labelIndex(undefined, 3, undefined), labelIndex("last", 3, undefined), labelIndex(0, 3, undefined)]).toEqual([
      -1, 2, 0,
    ]);
    expect(labelIndex("b", 2, ["a", "b"])).toBe(1);
  });

  it("refuses indices that are no column", () => {
    for (const index of [-1, 3, 0.5, Number.NaN]) expect(() => labelIndex(index, 3, undefined)).toThrow(RangeError);
  });
});
