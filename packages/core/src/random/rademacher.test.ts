import { expect, test } from "vitest";
import { rademacher } from "./rademacher.js";
import { rngOf } from "./rng.js";

test("signs are ±1, fair and uncorrelated with those 1, 32 and 128 draws away", () => {
  const n = 100_000;
  const signs = rademacher(rngOf(1), new Float64Array(n));
  expect(signs.every((s) => Math.abs(s) === 1)).toBe(true);
  expect(Math.abs(signs.reduce((a, b) => a + b, 0)) / Math.sqrt(n)).toBeLessThan(5); // standard errors
  for (const lag of [1, 32, 128]) {
    let sum = 0;
    for (let i = lag; i < n; i++) sum += signs[i] * signs[i - lag];
    expect(Math.abs(sum) / Math.sqrt(n), `lag ${lag}`).toBeLessThan(5);
  }
});

test("draw i does not depend on where a fill begins", () => {
  const all = rademacher(rngOf(2), new Float64Array(500));
  for (const from of [1, 31, 127, 128, 129, 300])
    expect(rademacher(rngOf(2), new Float64Array(500 - from), from)).toEqual(all.slice(from));
});
