import { expect, test } from "vitest";
import { matVec, matVecTransposed } from "./mat-vec.js";

const a = Float64Array.of(1, 2, 3, 4, 5, 6); // [2, 3]

test("A·x sums over columns and Aᵀ·y over rows, also for oblong matrices", () => {
  expect([...matVec(a, Float64Array.of(1, 10, 100), new Float64Array(2))]).toEqual([321, 654]);
  expect([...matVecTransposed(a, Float64Array.of(1, 10), new Float64Array(3).fill(7))]).toEqual([41, 52, 63]);
});
