import { expect, test } from "vitest";
import { chiSquared, zScore } from "../../../../tests/statistics.js";
import { rngOf } from "../random/index.js";
import { pinwheel } from "./pinwheel.js";

const n = 20_000;

test("a blade without width is the curve at clockwise angle 2πk/arms + rate·e^r, every blade equally likely", () => {
  const { data } = pinwheel(rngOf(1), n, { tangentialStd: 0, radialStd: 0.1, scale: 1 });
  const counts = new Float64Array(5);
  for (let b = 0; b < n; b++) {
    const r = Math.hypot(data[2 * b], data[2 * b + 1]);
    const turn = (-Math.atan2(data[2 * b + 1], data[2 * b]) - 0.25 * Math.exp(r)) / (2 * Math.PI);
    const blade = (turn * 5 + 10) % 5;
    expect(Math.abs(blade - Math.round(blade))).toBeLessThan(1e-12);
    counts[Math.round(blade) % 5]++;
  }
  expect(Math.abs(chiSquared(counts))).toBeLessThan(5);
});

test("E‖x‖² = scale²·(1 + radialStd² + tangentialStd²)", () => {
  const { data } = pinwheel(rngOf(2), n);
  const squares = Float64Array.from({ length: n }, (_, b) => data[2 * b] ** 2 + data[2 * b + 1] ** 2);
  expect(Math.abs(zScore(squares, 4 * (1 + 0.09 + 0.01)))).toBeLessThan(5);
});

test("the number of blades must be a positive integer", () => {
  expect(() => pinwheel(rngOf(1), 3, { arms: 2.5 })).toThrow(/n is 2.5; expected an integer from 1/);
});
