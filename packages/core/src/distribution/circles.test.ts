import { expect, test } from "vitest";
import { chiSquared, zScore } from "../../../../tests/statistics.js";
import { rngOf } from "../random/index.js";
import { circles } from "./circles.js";

test("without noise ⌊n/2⌋ points are evenly on the circle of radius 3 and the rest on that of 3·factor", () => {
  const n = 25;
  const { data } = circles(rngOf(1), n, { noise: 0, factor: 0.25 });
  const angles: number[][] = [[], []];
  for (let b = 0; b < n; b++) {
    const radius = Math.hypot(data[2 * b], data[2 * b + 1]);
    const inner = radius < 2 ? 1 : 0;
    expect(radius).toBeCloseTo(inner ? 0.75 : 3, 13);
    const turn = Math.atan2(data[2 * b + 1], data[2 * b]) / (2 * Math.PI);
    angles[inner].push(turn < -1e-12 ? turn + 1 : turn);
  }
  for (const [inner, count] of [
    [0, 12],
    [1, 13],
  ] as const) {
    angles[inner]
      .sort((a, b) => a - b)
      .forEach((turn, k) => {
        expect(turn).toBeCloseTo(k / count, 12);
      });
    expect(angles[inner].length).toBe(count);
  }
});

test("E‖x‖² = scale²·((1 + factor²)/2 + 2·noise²), and independent angles fill all directions", () => {
  const n = 20_000;
  const { data } = circles(rngOf(2), n, { iid: true });
  const squares = Float64Array.from({ length: n }, (_, b) => data[2 * b] ** 2 + data[2 * b + 1] ** 2);
  expect(Math.abs(zScore(squares, 9 * (0.625 + 2 * 0.0064)))).toBeLessThan(5);
  const sectors = new Float64Array(12);
  for (let b = 0; b < n; b++) sectors[Math.floor((Math.atan2(data[2 * b + 1], data[2 * b]) / Math.PI + 1) * 5.999999)]++;
  expect(Math.abs(chiSquared(sectors))).toBeLessThan(5);
});
