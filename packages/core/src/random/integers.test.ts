import { expect, test } from "vitest";
import { integers, reduce } from "./integers.js";
import { bits52, fork, rngOf } from "./rng.js";

test("integers are uniform on [0, n): χ² within five standard deviations", () => {
  for (const n of [2, 3, 10, 257]) {
    const total = 1000 * n;
    const counts = new Float64Array(n);
    for (const v of integers(rngOf(n), n, new Uint32Array(total))) counts[v]++;
    const chi2 = counts.reduce((sum, c) => sum + (c - 1000) ** 2 / 1000, 0);
    expect(Math.abs(chi2 - (n - 1))).toBeLessThan(5 * Math.sqrt(2 * (n - 1)));
  }
});

test("draw i does not depend on where a fill begins", () => {
  const all = integers(rngOf(1), 1000, new Float64Array(50));
  expect(integers(rngOf(1), 1000, new Float64Array(20), 30)).toEqual(all.slice(30));
});

test("an incomplete last block is rejected and redrawn from a stream of its own", () => {
  const n = 3 * 2 ** 50; // a quarter of all draws is rejected
  const rng = rngOf(8);
  const raw = bits52(rng, new Float64Array(2000));
  const rejected = raw.findIndex((k) => k >= n);
  expect(rejected).toBeGreaterThanOrEqual(0);
  let expected = raw[rejected];
  for (let attempt = 1; expected >= n; attempt++)
    expected = bits52(fork(rng, "rejected", attempt), new Float64Array(1), rejected)[0];
  expect(reduce(rng, raw[rejected], n, rejected)).toBe(expected);
  const values = integers(rng, n, new Float64Array(2000));
  // Taking k mod n instead would put half of the draws in the first third: 15 standard errors away.
  const low = values.filter((v) => v < n / 3).length;
  expect(Math.abs(low - 2000 / 3)).toBeLessThan(5 * Math.sqrt((2000 * 2) / 9));
});

test("a bound outside [1, 2^52] or the range of the output is refused", () => {
  for (const n of [0, -1, 1.5, Number.NaN, 2 ** 53]) {
    expect(() => integers(rngOf(1), n, new Float64Array(1))).toThrow(/^Cannot draw integers: n is /);
  }
  expect(() => integers(rngOf(1), 2 ** 33, new Uint32Array(1))).toThrow(/at most 2\^32/);
});
