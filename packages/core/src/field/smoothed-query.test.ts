import { expect, it } from "vitest";
import { pointsOf } from "../points/index.js";
import { requireBandwidth, smoothedQuery, varianceAt } from "./smoothed-query.js";

const half = { alpha: 0.5, beta: 0.5 };
const shape = { dim: 2, size: 3, bandwidth: 2 };
const x = pointsOf([[0, 1]]);

it("v = β² + α²h², and none where 1/v overflows", () => {
  expect(varianceAt(half, 2)).toBe(0.25 + 0.25 * 4);
  expect(() => varianceAt({ alpha: 1, beta: 1e-170 }, 0)).toThrow("atoms have no density there in float64");
});

it("a scan is of what is wanted, and of the mean alone where nothing is", () => {
  const query = { ...half, bandwidth: 2, variance: 1.25, spread: false, top: 0, tangent: undefined };
  expect(smoothedQuery(x, half, {}, shape)).toEqual(query);
  expect(smoothedQuery(x, half, { spread: true, top: 2, tangent: x }, shape)).toEqual({
    ...query,
    spread: true,
    top: 2,
    tangent: x,
  });
});

it("what does not fit the data is refused", () => {
  expect(() => smoothedQuery(x, half, {}, { ...shape, dim: 1 })).toThrow(RangeError);
  expect(() => smoothedQuery(x, half, { top: -1 }, shape)).toThrow(RangeError);
  expect(() => smoothedQuery(x, half, { tangent: pointsOf([[1]]) }, shape)).toThrow(RangeError);
  for (const bandwidth of [-1, Number.NaN, Infinity]) expect(() => requireBandwidth(bandwidth)).toThrow(RangeError);
});
