import { expect, test } from "vitest";
import { points, pointsOf } from "../points/index.js";
import { mergeRows } from "./merge-rows.js";

test("among many rows the one repeat is found", () => {
  const n = 5000;
  const data = Float64Array.from({ length: 2 * n }, (_, at) => (at % 2 === 0 ? Math.floor(at / 2) % 4999 : 1 / 3));
  const { first, pointOfRow } = mergeRows(points(data, 2));
  expect(first.length).toBe(4999);
  expect([...pointOfRow]).toEqual(Array.from({ length: n }, (_, r) => r % 4999));
});

test("rows that differ in the last bit, or only in the order of coordinates, are different points; −0 is 0", () => {
  const rows = [
    [1, 2],
    [2, 1],
    [1 + Number.EPSILON, 2],
    [0, 0],
    [-0, 0],
    [0, -0],
  ];
  const { first, pointOfRow } = mergeRows(pointsOf(rows));
  expect([...first]).toEqual([0, 1, 2, 3]);
  expect([...pointOfRow]).toEqual([0, 1, 2, 3, 3, 3]);
});
