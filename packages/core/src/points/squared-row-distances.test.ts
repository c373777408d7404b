import { expect, it } from "vitest";
import { pointsOf } from "./points.js";
import { meanRowDistance, squaredRowDistances } from "./squared-row-distances.js";

const x = pointsOf([
  [0, 0],
  [1, 1],
]);
const y = pointsOf([
  [3, 4],
  [1, 0],
]);

it("gives 25 and 1 for rows that are 5 and 1 apart, and 3 as their mean distance", () => {
  expect([...squaredRowDistances(x, y)]).toEqual([25, 1]);
  expect(meanRowDistance(x, y)).toBe(3);
});

it("refuses unequal shapes", () => {
  expect(() => squaredRowDistances(x, pointsOf([[1, 2]]))).toThrow(
    "Cannot measure distances of rows: they are [2, 2] and [1, 2]; expected equal shapes",
  );
});
