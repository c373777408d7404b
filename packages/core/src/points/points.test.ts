import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { points, pointsOf, requireFinite, row, rows, takeRows, zeros, zerosLike } from "./points.js";

const square = pointsOf([
  [0, 1],
  [2, 3],
  [4, 5],
]);

describe("points", () => {
  it("views an array without copying it, row-major", () => {
    const data = Float64Array.of(1, 2, 3, 4, 5, 6);
    const x = points(data, 3);
    expect(x).toMatchObject({ size: 2, dim: 3 });
    data[4] = -5;
    expect([...row(x, 1)]).toEqual([4, -5, 6]);
  });

  it("refuses a length that is no multiple of dim, and a dim that is no positive integer", () => {
    expect(() => points(new Float64Array(5), 2)).toThrow(
      "Cannot view 5 numbers as points of dim 2: expected a length that is a multiple of dim",
    );
    for (const dim of [0, -1, 1.5, Number.NaN]) expect(() => points(new Float64Array(6), dim)).toThrow(RangeError);
  });

  it("copies rows, and names the first ragged one", () => {
    expect([...square.data]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(() => pointsOf([[1, 2], [3]])).toThrow("Cannot make points: row 1 has 1 numbers; expected 2");
    expect(() => pointsOf([])).toThrow(RangeError);
  });

  it("makes zeros of a shape", () => {
    expect(zerosLike(square)).toEqual(zeros(3, 2));
    expect(zeros(2, 2).data).toEqual(new Float64Array(4));
  });

  it("views a range of rows and copies a choice of them, for every choice", () => {
    expect([...rows(square, 1, 3).data]).toEqual([2, 3, 4, 5]);
    expect(rows(square, 1, 3).data.buffer).toBe(square.data.buffer);
    fc.assert(
      fc.property(fc.array(fc.nat(2), { minLength: 1 }), (indices) => {
        const taken = takeRows(square, indices);
        expect(taken.size).toBe(indices.length);
        for (const [b, i] of indices.entries()) expect([...row(taken, b)]).toEqual([...row(square, i)]);
        expect(taken.data.buffer).not.toBe(square.data.buffer);
      }),
    );
  });

  it("names the first number that is not finite by row and column", () => {
    expect(() => requireFinite(square, "the data")).not.toThrow();
    const x = pointsOf([
      [0, 1],
      [2, Number.NaN],
    ]);
    expect(() => requireFinite(x, "the data")).toThrow("Cannot use the data: row 1 has NaN in column 1; expected finite numbers");
  });
});
