import { expect, test } from "vitest";
import { points, pointsOf } from "../points/index.js";
import { normal, rngOf } from "../random/index.js";
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

test.each([
  [1, 1, 3],
  [2, 4, 1],
  [3, 5, 7],
  [6, 11, 2],
])("rows in tiles and rows left over, %i against %i, are summed in the order of the definition", (B, N, D) => {
  const [x, y] = [B, N].map((size) => points(normal(rngOf(size), new Float64Array(size * D)), D));
  const found = squaredDistances(x, y);
  for (let b = 0; b < B; b++) {
    for (let i = 0; i < N; i++) {
      let sum = 0;
      for (let d = 0; d < D; d++) sum += (x.data[b * D + d] - y.data[i * D + d]) * (x.data[b * D + d] - y.data[i * D + d]);
      expect(found[b * N + i]).toBe(sum);
    }
  }
});
