import { describe, expect, it } from "vitest";
import { fromFortran } from "./from-fortran.js";
import { ndArray } from "./nd-array.js";

describe("fromFortran", () => {
  it("turns columns into rows", () => {
    const columns = ndArray("float64", [2, 3], Float64Array.of(0, 3, 1, 4, 2, 5));
    expect(fromFortran(columns)).toEqual(ndArray("float64", [2, 3], Float64Array.of(0, 1, 2, 3, 4, 5)));
  });

  it("keeps int64 exact and vectors as they are", () => {
    const big = ndArray("int64", [2, 2], BigInt64Array.of(0n, 2n ** 62n, 1n, -1n));
    expect(fromFortran(big).data).toEqual(BigInt64Array.of(0n, 1n, 2n ** 62n, -1n));
    const vector = ndArray("uint8", [3], Uint8Array.of(1, 2, 3));
    expect(fromFortran(vector)).toBe(vector);
  });

  it("gives an empty array for a shape without elements", () => {
    expect(fromFortran(ndArray("int8", [2, 0, 3], new Int8Array(0))).shape).toEqual([2, 0, 3]);
  });
});
