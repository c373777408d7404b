import { expect, test } from "vitest";
import { portableLog } from "./portable-log.js";
import { rngOf, uniform } from "./rng.js";

const SCALE = 200n; // bits after the point

/** 2·artanh(a/b) in fixed point. */
function twiceArtanh(a: bigint, b: bigint): bigint {
  const s = (a << SCALE) / b;
  const z = (s * s) >> SCALE;
  let [power, sum] = [s, 0n];
  for (let odd = 1n; power !== 0n; odd += 2n) {
    sum += power / odd;
    power = (power * z) >> SCALE;
  }
  return 2n * sum;
}

const LN2 = twiceArtanh(1n, 3n);

/** ln x of a double to 190 bits, in fixed point. */
function exactLog(x: number): bigint {
  let e = 0;
  while (x >= 2) [x, e] = [x / 2, e + 1];
  while (x < 1) [x, e] = [x * 2, e - 1];
  const mantissa = BigInt(x * 2 ** 52);
  return twiceArtanh(mantissa - (1n << 52n), mantissa + (1n << 52n)) + BigInt(e) * LN2;
}

/** |y − exact| in units in the last place of y. */
function ulps(y: number, exact: bigint): number {
  const unit = 2 ** (Math.floor(Math.log2(Math.abs(y))) - 52);
  const fixed = BigInt(Math.round(y / unit)) * ((1n << SCALE) / BigInt(Math.round(1 / unit)));
  const gap = fixed > exact ? fixed - exact : exact - fixed;
  return Number(gap) / 2 ** Number(SCALE) / unit;
}

test("ln is within one unit in the last place of a 190-bit logarithm", () => {
  const u = uniform(rngOf(1), new Float64Array(4000));
  const near = Array.from(u.slice(0, 500), (v) => 1 + (v - 0.5) * 1e-3);
  const wide = Array.from(u.slice(500, 1500), (v) => 2 ** (2000 * (v - 0.5)));
  const corners = [
    Number.MIN_VALUE,
    2 ** -1022,
    2 ** -1022 * 0.3,
    Number.MAX_VALUE,
    Math.SQRT2,
    Math.SQRT1_2,
    2 ** -53,
    1 - 2 ** -53,
  ];
  let worst = 0;
  for (const x of [...u, ...near, ...wide, ...corners]) worst = Math.max(worst, ulps(portableLog(x), exactLog(x)));
  expect(worst).toBeLessThan(1);
  expect(worst).toBeGreaterThan(0.4); // the reference does measure: a correctly rounded result would still reach ½
});

test("ln agrees with the engine's own logarithm to two units in the last place", () => {
  const u = uniform(rngOf(2), new Float64Array(100_000));
  for (const x of u) expect(Math.abs(portableLog(x) / Math.log(x) - 1)).toBeLessThan(2 * Number.EPSILON);
});

test("ln is −∞ at 0, 0 at 1, ∞ at ∞, and refuses what has no logarithm", () => {
  expect([0, 1, Infinity].map(portableLog)).toEqual([-Infinity, 0, Infinity]);
  for (const x of [-1, Number.NaN]) expect(() => portableLog(x)).toThrow(/^Cannot take the logarithm: x is /);
});
