import { expect, it } from "vitest";
import { type Points, pointsOf } from "../points/index.js";
import { type ColumnField, carryBack, carryBackAsync } from "./transport-columns.js";

/** u = 2t with the rates 1, t and x. */
const field: ColumnField = {
  dim: 1,
  columns: 3,
  evaluate(t: number, x: Points, velocity: Points, rates: Float64Array) {
    velocity.data.fill(2 * t);
    for (let b = 0; b < x.size; b++) rates.set([1, t, x.data[b]], 3 * b);
  },
};
const x = pointsOf([[1], [3]]);

it("integrates points and each of their rates from t back to 0", async () => {
  const { x0, columns } = carryBack(field, x, { t: 0.8 });
  // x(t) = x₀ + t², so that the integrals back from 0.8 are −0.8, −0.32 and −(0.8x₀ + 0.8³/3)
  for (let b = 0; b < 2; b++) {
    const start = x.data[b] - 0.64;
    expect(x0.data[b]).toBeCloseTo(start, 9);
    const exact = [-0.8, -0.32, -(0.8 * start + 0.512 / 3)];
    for (const [p, v] of exact.entries()) expect(columns[3 * b + p]).toBeCloseTo(v, 8);
  }
  const later: ColumnField<Promise<void>> = { ...field, evaluate: async (...args) => field.evaluate(...args) };
  expect((await carryBackAsync(later, x, { t: 0.8 })).columns).toEqual(columns);
});

it("refuses points of another dim", () => {
  expect(() => carryBack(field, pointsOf([[1, 2]]), {})).toThrow("x has dim 2, the field has dim 1");
});
