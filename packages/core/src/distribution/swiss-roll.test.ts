import { expect, test } from "vitest";
import { kolmogorov, zScore } from "../../../../tests/statistics.js";
import { rngOf } from "../random/index.js";
import { swissRoll } from "./swiss-roll.js";

const n = 20_000;
const [from, to] = [1.5 * Math.PI, 4.5 * Math.PI];

test("without noise every point is on the spiral r = θ, with θ uniform on [1½π, 4½π]", () => {
  const { data } = swissRoll(rngOf(1), n, { noise: 0, scale: 1 });
  const radius = Float64Array.from({ length: n }, (_, b) => Math.hypot(data[2 * b], data[2 * b + 1]));
  radius.forEach((theta, b) => {
    expect(data[2 * b]).toBeCloseTo(theta * Math.cos(theta), 11);
    expect(data[2 * b + 1]).toBeCloseTo(theta * Math.sin(theta), 11);
  });
  expect(kolmogorov(radius, (theta) => (theta - from) / (to - from))).toBeLessThan(2.2);
});

test("E‖x‖² = scale²·(E θ² + 2·noise²) with the defaults of FFJORD", () => {
  const { data } = swissRoll(rngOf(2), n);
  const squares = Float64Array.from({ length: n }, (_, b) => data[2 * b] ** 2 + data[2 * b + 1] ** 2);
  expect(Math.abs(zScore(squares, 0.04 * ((to ** 3 - from ** 3) / (3 * (to - from)) + 2)))).toBeLessThan(5);
});
