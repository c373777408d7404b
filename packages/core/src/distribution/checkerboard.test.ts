import { expect, test } from "vitest";
import { chiSquared, kolmogorov } from "../../../../tests/statistics.js";
import { rngOf } from "../random/index.js";
import { checkerboard } from "./checkerboard.js";

test("points are uniform on the eight squares of side 1/0.45 whose corner indices have an even sum", () => {
  const n = 40_000;
  const x = checkerboard(rngOf(1), n).data.map((v) => v * 0.45);
  const squares = new Map<string, number>();
  for (let b = 0; b < n; b++) {
    const [i, j] = [Math.floor(x[2 * b]), Math.floor(x[2 * b + 1])];
    expect(Math.abs(i + j) % 2).toBe(0);
    expect(i >= -2 && i < 2 && j >= -2 && j < 2).toBe(true);
    squares.set(`${i},${j}`, (squares.get(`${i},${j}`) ?? 0) + 1);
  }
  expect(squares.size).toBe(8);
  expect(Math.abs(chiSquared([...squares.values()]))).toBeLessThan(5);
  for (const d of [0, 1]) {
    const inside = x.filter((_, at) => at % 2 === d).map((v) => v - Math.floor(v));
    expect(kolmogorov(inside, (v) => v)).toBeLessThan(2.2);
  }
});
