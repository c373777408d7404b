import { expect, test } from "vitest";
import { zScore } from "../../../../tests/statistics.js";
import { rngOf } from "../random/index.js";
import { diagonalMoons, moons } from "./moons.js";

const column = (x: Float64Array, d: number): Float64Array => x.filter((_, at) => at % 2 === d);

test("without noise every point is on one of the two half circles, ⌊n/2⌋ on the upper", () => {
  for (const n of [1, 2, 3, 101]) {
    const { data } = moons(rngOf(1), n, { noise: 0 });
    let upper = 0;
    for (let b = 0; b < n; b++) {
      const [p, q] = [data[2 * b], data[2 * b + 1]];
      const above = Math.abs(p * p + q * q - 1) < 1e-12 && q > -1e-12;
      const below = Math.abs((p - 1) ** 2 + (q - 0.5) ** 2 - 1) < 1e-12 && q < 0.5 + 1e-12;
      expect(above || below).toBe(true);
      upper += above ? 1 : 0;
    }
    expect(upper).toBe(Math.floor(n / 2));
  }
});

test("noise is Gaussian with the standard deviation asked for, independent in the two coordinates", () => {
  const n = 20_000;
  const clean = moons(rngOf(2), n, { noise: 0 }).data;
  const residual = moons(rngOf(2), n, { noise: 0.3 }).data.map((v, at) => (v - clean[at]) / 0.3);
  const [u, v] = [column(residual, 0), column(residual, 1)];
  expect(Math.abs(zScore(residual, 0))).toBeLessThan(5);
  expect(
    Math.abs(
      zScore(
        residual.map((e) => e * e),
        1,
      ),
    ),
  ).toBeLessThan(5);
  expect(
    Math.abs(
      zScore(
        residual.map((e) => e ** 4),
        3,
      ),
    ),
  ).toBeLessThan(5); // uniform noise of the same width would give 1.8
  expect(
    Math.abs(
      zScore(
        u.map((e, b) => e * v[b]),
        0,
      ),
    ),
  ).toBeLessThan(5);
});

test("independent angles give the same mean as the grid, with moons of random size", () => {
  const { data } = moons(rngOf(3), 20_000, { iid: true });
  // (½, ¼): the sines of the two moons cancel.
  expect(Math.abs(zScore(column(data, 0), 0.5))).toBeLessThan(5);
  expect(Math.abs(zScore(column(data, 1), 0.25))).toBeLessThan(5);
  const sizes = new Set<number>();
  for (let seed = 0; seed < 5; seed++) {
    const clean = moons(rngOf(seed), 100, { iid: true, noise: 0 }).data;
    sizes.add(clean.filter((_, at) => at % 2 === 0 && Math.abs(clean[at] ** 2 + clean[at + 1] ** 2 - 1) < 1e-12).length);
  }
  expect(sizes.size).toBeGreaterThan(1);
});

test("torchdyn's noise moves a point along the diagonal only, by a uniform number of [0, 0.2] times 3", () => {
  const n = 5000;
  const { data } = diagonalMoons(rngOf(4), n);
  const clean = diagonalMoons(rngOf(4), n, { noise: 0 }).data;
  const shift = data.map((v, at) => (v - clean[at]) / 3);
  const [u, v] = [column(shift, 0), column(shift, 1)];
  u.forEach((e, b) => {
    expect(Math.abs(e - v[b])).toBeLessThan(1e-14); // rounding of coordinates of size 6
    expect(e > -1e-14 && e < 0.2 + 1e-14).toBe(true);
  });
  expect(Math.abs(zScore(u, 0.1))).toBeLessThan(5);
  expect(
    Math.abs(
      zScore(
        u.map((e) => (e - 0.1) ** 2),
        0.04 / 12,
      ),
    ),
  ).toBeLessThan(5);
});

test("the differences of the coordinates of the diagonal moons are those of an even grid of angles, times 3", () => {
  const { data } = diagonalMoons(rngOf(5), 9);
  const differences = Array.from({ length: 9 }, (_, b) => (data[2 * b] - data[2 * b + 1]) / 3).sort((a, b) => a - b);
  const upper = [0, 1, 2, 3].map((k) => (Math.PI * k) / 3).map((a) => Math.cos(a) - Math.sin(a));
  const lower = [0, 1, 2, 3, 4].map((k) => (Math.PI * k) / 4).map((a) => 0.5 - Math.cos(a) + Math.sin(a));
  [...upper, ...lower]
    .sort((a, b) => a - b)
    .forEach((expected, i) => {
      expect(differences[i]).toBeCloseTo(expected, 13);
    });
});
