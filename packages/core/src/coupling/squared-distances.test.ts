import { expect, test } from "vitest";
import { pointsOf } from "../points/index.js";
import { squaredDistances } from "./squared-distances.js";

test("entry (b, i) is ‖x_b − y_i‖²", () => {
  const x = pointsOf([
    [0, 0],
    [1, 2],
  ]);
  const y = pointsOf([
    [3, 4],
    [1, 2],
    [0, -1],
  ]);
  expect([...squaredDistances(x, y)]).toEqual([25, 5, 1, 8, 0, 10]);
});

test("points far from the origin keep the digits of their distance", () => {
  expect(squaredDistances(pointsOf([[1e8]]), pointsOf([[1e8 + 0.5]]))[0]).toBe(0.25);
});

test("points of different dims are refused", () => {
  expect(() => squaredDistances(pointsOf([[1]]), pointsOf([[1, 2]]))).toThrow(
    "Cannot measure distances: x has dim 1, y has dim 2; expected equal dims",
  );
});
