import { describe, expect, it } from "vitest";
import { ndArray } from "../array/index.js";
import { tableOf, withLabels } from "./table-of.js";

const three = tableOf(ndArray("uint8", [3], Uint8Array.of(5, 6, 7)), "x");

describe("tableOf", () => {
  it("makes a vector N rows of one and flattens what follows the first length", () => {
    expect(three).toEqual({ data: Float64Array.of(5, 6, 7), rows: 3, columns: 1, shape: [3] });
    expect(tableOf(ndArray("float32", [2, 2, 3], new Float32Array(12)), "x")).toMatchObject({
      rows: 2,
      columns: 6,
      shape: [2, 2, 3],
    });
  });

  it("refuses single numbers, empty arrays and rows that are not finite", () => {
    expect(() => tableOf(ndArray("float64", [], Float64Array.of(1)), "x")).toThrow(
      /"x" as rows: its shape is \[\]; expected \[N, D\]/,
    );
    for (const shape of [
      [0, 2],
      [2, 0],
    ])
      expect(() => tableOf(ndArray("float64", shape, new Float64Array(0)), "x")).toThrow(RangeError);
    const bad = ndArray("float32", [3, 1], Float32Array.of(1, Number.NaN, Number.POSITIVE_INFINITY));
    expect(() => tableOf(bad, "x")).toThrow(
      new RangeError('Cannot use array "x": row 1 has NaN in column 0, 2 of 3 rows are not finite; expected finite numbers'),
    );
  });
});

describe("withLabels", () => {
  it("takes whole numbers of any dtype, as [N] or [N, 1]", () => {
    const labels = { index: Int32Array.of(1, 0, 1), names: ["-1", "4"] };
    expect(withLabels(three, ndArray("int64", [3], BigInt64Array.of(4n, -1n, 4n)), "y").labels).toEqual(labels);
    expect(withLabels(three, ndArray("float64", [3, 1], Float64Array.of(4, -1, 4)), "y").labels).toEqual(labels);
  });

  it("refuses another count, a matrix and fractions", () => {
    expect(() => withLabels(three, ndArray("int8", [2], Int8Array.of(1, 2)), "y")).toThrow(
      'Cannot use array "y" as labels: its shape is [2]; expected [3]',
    );
    expect(() => withLabels(three, ndArray("int8", [3, 2], new Int8Array(6)), "y")).toThrow(RangeError);
    expect(() => withLabels(three, ndArray("float64", [3], Float64Array.of(1, 2.5, Number.NaN)), "y")).toThrow(
      /element 1 is 2.5/,
    );
  });
});
