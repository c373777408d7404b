import { expect, test } from "vitest";
import { kolmogorov, zScore } from "../../../../tests/statistics.js";
import { rngOf } from "../random/index.js";
import { spirals } from "./spirals.js";

const n = 20_000;

test("without noise every point is on one of two mirrored spirals r = θ, with r² uniform", () => {
  const { data } = spirals(rngOf(1), n, { jitter: 0, noise: 0, scale: 1 });
  const radius = Float64Array.from({ length: n }, (_, b) => Math.hypot(data[2 * b], data[2 * b + 1]));
  const sides = radius.map((theta, b) => {
    const side = data[2 * b] * -Math.cos(theta) + data[2 * b + 1] * Math.sin(theta) > 0 ? 1 : -1;
    expect(data[2 * b]).toBeCloseTo(-side * theta * Math.cos(theta), 11);
    expect(data[2 * b + 1]).toBeCloseTo(side * theta * Math.sin(theta), 11);
    return side;
  });
  expect(kolmogorov(radius, (theta) => (theta / (3 * Math.PI)) ** 2)).toBeLessThan(2.2);
  expect(Math.abs(zScore(sides, 0))).toBeLessThan(5);
});

test("the set is symmetric about the origin, and jitter and noise have the widths asked for", () => {
  const { data } = spirals(rngOf(2), n);
  for (const d of [0, 1])
    expect(
      Math.abs(
        zScore(
          data.filter((_, at) => at % 2 === d),
          0,
        ),
      ),
    ).toBeLessThan(5);
  const clean = spirals(rngOf(2), n, { jitter: 0, noise: 0 }).data;
  const jittered = spirals(rngOf(2), n, { noise: 0 }).data.map((v, at) => Math.abs(v - clean[at]) * 3);
  expect(kolmogorov(jittered, (v) => v / 0.5)).toBeLessThan(2.2);
  const noisy = spirals(rngOf(2), n, { jitter: 0 }).data.map((v, at) => ((v - clean[at]) / 0.1) ** 2);
  expect(Math.abs(zScore(noisy, 1))).toBeLessThan(5);
});
