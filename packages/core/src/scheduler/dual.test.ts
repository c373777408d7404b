import fc from "fast-check";
import { expect, test } from "vitest";
import { add, cos, type Dual, div, exp, expm1, log, mul, neg, pow, sin, sqrt, sub, timeOver } from "./dual.js";

/** Each operation with its plain counterpart, on t > 0; several compose others. */
const cases: [name: string, on: (t: Dual) => Dual, plain: (t: number) => number][] = [
  ["add", (t) => add(t, 3), (t) => t + 3],
  ["sub", (t) => sub(2, t), (t) => 2 - t],
  ["neg", (t) => neg(t), (t) => -t],
  ["mul", (t) => mul(t, sub(t, 1)), (t) => t * (t - 1)],
  ["div", (t) => div(sub(t, 2), add(t, 1)), (t) => (t - 2) / (t + 1)],
  ["exp", (t) => exp(mul(-2, t)), (t) => Math.exp(-2 * t)],
  ["expm1", (t) => expm1(neg(t)), (t) => Math.expm1(-t)],
  ["log", (t) => log(add(1, t)), (t) => Math.log(1 + t)],
  ["sqrt", (t) => sqrt(add(t, mul(t, t))), (t) => Math.sqrt(t + t * t)],
  ["pow above 1", (t) => pow(t, 2.5), (t) => t ** 2.5],
  ["pow below 1", (t) => pow(t, 0.3), (t) => t ** 0.3],
  ["pow below 0", (t) => pow(add(t, 1), -1.5), (t) => (t + 1) ** -1.5],
  ["sin", (t) => sin(mul(7, t)), (t) => Math.sin(7 * t)],
  ["cos", (t) => cos(sub(1, mul(9, t))), (t) => Math.cos(1 - 9 * t)],
];

const inside = fc.double({ min: 0.05, max: 2, noNaN: true });

test.each(cases)("%s at a point is float64, and its slope is the derivative", (_, on, plain) => {
  fc.assert(
    fc.property(inside, (t) => {
      const { low, high, slopeLow, slopeHigh } = on(timeOver(t));
      expect(low).toBe(high);
      expect(slopeLow).toBe(slopeHigh);
      expect(Math.abs(low - plain(t))).toBeLessThanOrEqual(8 * Number.EPSILON * (1 + Math.abs(low)));
      const h = 1e-3 * t; // truncation h⁴·f⁽⁵⁾/30 < 1e-11·f⁽⁵⁾t⁴, rounding 2⁻⁵³/h
      const difference = (8 * (plain(t + h) - plain(t - h)) - (plain(t + 2 * h) - plain(t - 2 * h))) / (12 * h);
      expect(Math.abs(slopeLow - difference)).toBeLessThan(1e-6 + 1e-8 * Math.abs(difference));
    }),
  );
});

test.each(cases)("%s over a cell encloses every value and every slope in it", (_, on) => {
  fc.assert(
    fc.property(inside, inside, fc.double({ min: 0, max: 1, noNaN: true }), (p, q, where) => {
      const [low, high] = [Math.min(p, q), Math.max(p, q)];
      const cell = on(timeOver(low, high));
      const point = on(timeOver(Math.min(high, low + where * (high - low))));
      const slack = 64 * Number.EPSILON * (1 + Math.abs(point.low)); // enclosures hold up to rounding, of arguments up to 17
      expect(point.low).toBeGreaterThanOrEqual(cell.low - slack);
      expect(point.low).toBeLessThanOrEqual(cell.high + slack);
      const slopeSlack = 1024 * Number.EPSILON * (1 + Math.abs(point.slopeLow));
      expect(point.slopeLow).toBeGreaterThanOrEqual(cell.slopeLow - slopeSlack);
      expect(point.slopeLow).toBeLessThanOrEqual(cell.slopeHigh + slopeSlack);
    }),
  );
});

test("ends with infinite slopes keep the sign of infinity", () => {
  expect(sqrt(timeOver(0))).toMatchObject({ low: 0, slopeLow: Infinity });
  expect(sqrt(sub(1, timeOver(1)))).toMatchObject({ low: 0, slopeLow: -Infinity });
  expect(pow(timeOver(0), 0.5).slopeLow).toBe(Infinity);
  expect(pow(timeOver(0), 2).slopeLow).toBe(0);
});

test("what is undetermined or undefined is NaN, not a plausible number", () => {
  const root = sqrt(timeOver(0));
  expect(mul(root, root).slopeLow).toBeNaN(); // (√t·√t)' is 1, but ∞·0 does not say so
  expect(pow(sub(timeOver(0), 1), 2).low).toBeNaN();
  expect(pow(sub(timeOver(0, 1), 0.5), 2).low).toBeNaN();
  expect(sqrt(sub(timeOver(0, 1), 0.5)).low).toBeNaN();
});

test("a quotient by a cell that holds 0 is unbounded", () => {
  expect(div(1, sub(timeOver(0, 1), 0.5))).toMatchObject({ low: -Infinity, high: Infinity });
  expect(div(1, timeOver(0, 0.5))).toMatchObject({ low: 2, high: Infinity });
});
