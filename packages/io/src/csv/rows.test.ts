import { describe, expect, it } from "vitest";
import type { Delimiter } from "./delimiter.js";
import { forEachRow } from "./rows.js";

function rowsOf(text: string, delimiter: Delimiter): (readonly [number, readonly string[]])[] {
  const rows: (readonly [number, readonly string[]])[] = [];
  forEachRow(text, delimiter, (cells, line) => rows.push([line, [...cells]]));
  return rows;
}

describe("forEachRow", () => {
  it("gives every row with the line it begins on, blank lines left out", () => {
    expect(rowsOf('a,b\n\n"c\n\nd",e\nf,\n', ",")).toEqual([
      [1, ["a", "b"]],
      [3, ["c\n\nd", "e"]],
      [6, ["f", ""]],
    ]);
  });

  it("takes a run of spaces as one delimiter, in time that grows with the length only", () => {
    expect(rowsOf(`  a   b \nc${" ".repeat(300_000)}d${" ".repeat(300_000)}x`, " ")).toEqual([
      [1, ["a", "b"]],
      [2, ["c", "d", "x"]],
    ]);
  });

  it("stops at a quote out of place", () => {
    expect(() => rowsOf('a\n"b"c\n', ",")).toThrow(/line 2 has a quote out of place/);
  });
});
