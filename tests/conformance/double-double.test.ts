/** The arithmetic of the oracle against integers of 300 bits. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  add,
  type DoubleDouble,
  divide,
  exactly,
  exp,
  log,
  multiply,
  negated,
  productOf,
  squaredDistance,
  subtract,
  sumOf,
} from "../../conformance/double-double.js";

/** Fixed point: a number is an integer times 2^−BITS. */
const BITS = 300n;
const ONE = 1n << BITS;

/** A float64, exactly, if it is a multiple of 2^−BITS. */
function fixed(v: number): bigint {
  let [mantissa, exponent] = [v, 0];
  while (!Number.isInteger(mantissa)) [mantissa, exponent] = [mantissa * 2, exponent + 1];
  return (BigInt(mantissa) << BITS) >> BigInt(exponent);
}
const fixedOf = ({ hi, lo }: DoubleDouble): bigint => fixed(hi) + fixed(lo);
const times = (a: bigint, b: bigint): bigint => (a * b) >> BITS;
const absolute = (v: bigint): bigint => (v < 0n ? -v : v);

/** e^x by its series after 64 halvings. */
function fixedExp(x: bigint): bigint {
  const r = x >> 64n;
  let [term, sum] = [ONE, ONE];
  for (let n = 1n; term !== 0n && n < 60n; n++) {
    term = times(term, r) / n;
    sum += term;
  }
  for (let k = 0; k < 64; k++) sum = times(sum, sum);
  return sum;
}

/** |a − b|/|b| as a float64. */
function relative(a: DoubleDouble, b: bigint): number {
  if (b === 0n) return Number(fixedOf(a)) === 0 ? 0 : Infinity;
  return Number((absolute(fixedOf(a) - b) * (1n << 200n)) / absolute(b)) / 2 ** 200;
}

const numbers = fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((v) => (Math.abs(v) < 1e-6 ? 1 : v));
/** The low part is zero or well above the fixed point. */
const pairs = fc.tuple(numbers, fc.integer({ min: -1000, max: 1000 })).map(([hi, part]) => sumOf(hi, hi * part * 1e-20));

describe("double-double numbers", () => {
  it("add and multiply float64 without error", () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        expect(fixedOf(sumOf(a, b))).toBe(fixed(a) + fixed(b));
        expect(fixedOf(productOf(a, b))).toBe(times(fixed(a), fixed(b)));
      }),
    );
  });

  it("add, multiply and divide within 2^−102", () => {
    fc.assert(
      fc.property(pairs, pairs, (a, b) => {
        const [x, y] = [fixedOf(a), fixedOf(b)];
        const scale = Number((absolute(x) + absolute(y)) >> 200n) / 2 ** 100; // a sum may cancel: relative to its terms
        for (const [got, exact] of [
          [add(a, b), x + y],
          [subtract(a, b), x - y],
        ] as const) {
          expect(Number(absolute(fixedOf(got) - exact) >> 100n) / 2 ** 200).toBeLessThanOrEqual(scale * 2 ** -102);
        }
        expect(relative(multiply(a, b), times(x, y))).toBeLessThan(2 ** -102);
        expect(relative(divide(a, b), (x << BITS) / y)).toBeLessThan(2 ** -102);
        expect(fixedOf(negated(a))).toBe(-x);
      }),
    );
  });

  it("exp and log are good to 29 digits", () => {
    fc.assert(
      fc.property(fc.double({ min: -60, max: 60, noNaN: true, minExcluded: true }), numbers, (x, part) => {
        const argument = sumOf(x, x * 1e-23 * part);
        if (argument.hi !== 0 && Math.abs(argument.hi) < 1e-60) return; // below the fixed point
        const exact = fixedExp(fixedOf(argument));
        expect(relative(exp(argument), exact)).toBeLessThan(1e-29);
        const back = subtract(log(exp(argument)), argument);
        expect(Math.abs(back.hi)).toBeLessThan(1e-29 * (2 + Math.abs(x)));
      }),
    );
    expect(exp(exactly(-701))).toEqual(exactly(0));
    expect(exp(exactly(0))).toEqual(exactly(1));
  });

  it("squared distances are good to 29 digits, also where x and αz nearly cancel", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(numbers, fc.double({ min: -1, max: 1, noNaN: true })), { minLength: 1, maxLength: 40 }),
        fc.double({ min: 0.1, max: 1, noNaN: true }),
        (rows, alpha) => {
          const z = Float64Array.from(rows, ([v]) => v);
          const x = Float64Array.from(rows, ([v, gap]) => alpha * v * (1 + 1e-9 * gap));
          const got = squaredDistance(x, z, alpha, { a: 0, b: 0, dim: z.length });
          let exact = 0n;
          for (const [d, v] of z.entries()) {
            const r = fixed(x[d]) - times(fixed(alpha), fixed(v));
            exact += times(r, r);
          }
          // relative to what the squares would be without cancellation of all but 2⁻⁵³
          const floor = z.reduce((sum, v) => sum + (alpha * v * 2 ** -53) ** 2, 0);
          const off = Number(absolute(fixedOf(got) - exact) >> 100n) / 2 ** 200;
          expect(off).toBeLessThanOrEqual(1e-29 * (got.hi + floor * 1e3) + 2 ** -180);
        },
      ),
    );
  });
});
