import { describe, expect, it } from "vitest";
import { requireFiniteRows } from "./finite-rows.js";

describe("requireFiniteRows", () => {
  it("passes finite numbers", () => {
    requireFiniteRows(Float64Array.of(1, -0, 1e308), 3, "read x");
  });

  it("names the first row and counts every row once", () => {
    const data = Float64Array.of(1, 2, 3, Number.POSITIVE_INFINITY, Number.NaN, Number.NaN);
    expect(() => requireFiniteRows(data, 2, "read x")).toThrow(
      new RangeError("Cannot read x: row 1 has Infinity in column 1, 2 of 3 rows are not finite; expected finite numbers"),
    );
  });
});
