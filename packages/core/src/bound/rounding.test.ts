import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blockedDotProductFactor, dotProductFactor } from "./dot-product.js";
import { gamma, outward, smallestNumber, unitRoundoff } from "./rounding.js";

const numbers = (n: number) => fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: n, maxLength: n });

describe("rounding", () => {
  it("takes the unit roundoff from the formats: 1 + u rounds to 1 and 1 + 3u does not", () => {
    expect(1 + unitRoundoff.float64).toBe(1);
    expect(1 + 3 * unitRoundoff.float64).toBeGreaterThan(1);
    expect(Math.fround(1 + unitRoundoff.float32)).toBe(1);
    expect(Math.fround(1 + 3 * unitRoundoff.float32)).toBeGreaterThan(1);
    expect(Math.fround(smallestNumber.float32)).toBeGreaterThan(0);
    expect(Math.fround(smallestNumber.float32 / 2)).toBe(0);
    expect(smallestNumber.float64 / 2).toBe(0);
  });

  it("γ adds up as Lemma 3.3 of Higham says, and ends where nu = 1", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4000 }), fc.integer({ min: 1, max: 4000 }), (m, n) => {
        const u = unitRoundoff.float32;
        const [a, b] = [gamma(m, u), gamma(n, u)];
        expect((a + b + a * b) * (1 - 1e-14)).toBeLessThanOrEqual(gamma(m + n, u));
      }),
    );
    expect(gamma(2048, unitRoundoff.float16)).toBe(Infinity);
    expect(gamma(2047, unitRoundoff.float16)).toBeGreaterThan(2046);
  });

  it("outward exceeds a value by 16 ulps and leaves nothing at zero", () => {
    expect(outward(1)).toBe(1 + 16 * Number.EPSILON);
    expect(outward(0)).toBe(Number.MIN_VALUE);
    expect(outward(Infinity)).toBe(Infinity);
  });

  it("float32 dot products are within their factor, summed in order, backwards, in pairs, or in runs", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }).chain((n) => fc.tuple(numbers(n), numbers(n), fc.integer({ min: 1, max: 40 }))),
        ([a, b, k]) => {
          const x = Float32Array.from(a);
          const y = Float32Array.from(b);
          const n = x.length;
          const products = Array.from(x, (v, d) => Math.fround(v * y[d]));
          const add = (values: readonly number[]): number => values.reduce((s, v) => Math.fround(s + v));
          const pairs = (values: readonly number[]): number =>
            values.length === 1
              ? values[0]
              : Math.fround(pairs(values.slice(0, values.length >> 1)) + pairs(values.slice(values.length >> 1)));
          let [exact, absolute] = [0, 0]; // in float64: the products are exact, sums are off by 300·2⁻⁵³
          for (let d = 0; d < n; d++) {
            exact += x[d] * y[d];
            absolute += Math.abs(x[d] * y[d]);
          }
          const u = unitRoundoff.float32;
          const slack = 300 * 2 ** -53 * absolute + n * smallestNumber.float32;
          for (const got of [add(products), add([...products].reverse()), pairs(products)]) {
            expect(Math.abs(got - exact)).toBeLessThanOrEqual(dotProductFactor(n, u) * absolute + slack);
          }
          const runs = Array.from({ length: Math.ceil(n / k) }, (_, r) => add(products.slice(r * k, (r + 1) * k)));
          expect(Math.abs(add(runs) - exact)).toBeLessThanOrEqual(blockedDotProductFactor(n, k, u) * absolute + slack);
        },
      ),
    );
  });

  it("runs beat a single sum once there are several, and equal it for one", () => {
    expect(blockedDotProductFactor(1024, 32)).toBeLessThan(dotProductFactor(64));
    expect(blockedDotProductFactor(10, 64)).toBe(dotProductFactor(10));
    expect(blockedDotProductFactor(0, 8)).toBe(gamma(0));
  });
});
