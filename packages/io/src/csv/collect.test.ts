import { describe, expect, it } from "vitest";
import { collector } from "./collect.js";

const collect = (rows: readonly (readonly string[])[], labelColumn?: "last") => {
  const { visit, finish } = collector({ header: "auto", labelColumn });
  rows.forEach((cells, i) => {
    visit(cells, i + 1);
  });
  return finish();
};

describe("collector", () => {
  it("makes a table of exactly the rows it visited, past its first room for numbers", () => {
    const rows = Array.from({ length: 1000 }, (_, i) => [String(i), String(-i)]);
    const { data, rows: count } = collect(rows);
    expect([count, data.length, data[1998], data[1999]]).toEqual([1000, 2000, 999, -999]);
  });

  it("takes a comment for names only if it has a cell for every column", () => {
    expect(
      collect([
        ["# x", "y"],
        ["1", "2"],
      ]).names,
    ).toEqual(["x", "y"]);
    expect(collect([["# x"], ["1", "2"]]).names).toBeUndefined();
    expect(
      collect(
        [
          ["# x", "y", "kind"],
          ["1", "2", "a"],
        ],
        "last",
      ).names,
    ).toEqual(["x", "y"]);
  });

  it("counts the rows that are not finite once each", () => {
    expect(() =>
      collect([
        ["1", "2"],
        ["nan", "inf"],
        ["3", "4"],
        ["5", "nan"],
      ]),
    ).toThrow(/^Cannot read csv: row 1, line 2, column 1 is "nan", 2 of 4 rows/);
  });

  it("shortens a long cell in the message", () => {
    expect(() => collect([["1"], ["x".repeat(10_000)]])).toThrow(`line 2, column 1 is "${"x".repeat(40)}…"; expected a number`);
  });
});
