import { expect, it } from "vitest";
import type { VectorField } from "../ode/index.js";
import { pointsOf, zerosLike } from "../points/index.js";
import { guide, guideWithin } from "./index.js";

const constant = (value: number): VectorField => ({
  evaluate(_, __, out) {
    out.data.fill(value);
    return out;
  },
});
const x = pointsOf([[0.5, 1]]);
const at = (field: VectorField, t: number): number => field.evaluate(t, x, zerosLike(x)).data[0];

it("guides inside the interval, both ends included, and is the conditional field outside", () => {
  const field = guideWithin(constant(1), constant(2), { weight: 3, from: 0.2, to: 0.6 });
  expect([0, 0.19, 0.2, 0.4, 0.6, 0.61, 1].map((t) => at(field, t))).toEqual([2, 2, 4, 4, 4, 2, 2]);
});

it("over all times is guidance, and with weight 1 does nothing", () => {
  for (const t of [0, 0.5, 1]) {
    expect(at(guideWithin(constant(1), constant(2), { weight: -2, from: 0, to: 1 }), t)).toBe(
      at(guide(constant(1), constant(2), -2), t),
    );
    expect(at(guideWithin(constant(1), constant(2), { weight: 1, from: 0.2, to: 0.3 }), t)).toBe(2);
  }
});

it("refuses an interval that ends before it starts", () => {
  expect(() => guideWithin(constant(1), constant(2), { weight: 2, from: 0.5, to: 0.4 })).toThrow("from t = 0.5 to t = 0.4");
  expect(() => guideWithin(constant(1), constant(2), { weight: Number.NaN, from: 0, to: 1 })).toThrow("the weight is NaN");
});
