import fc from "fast-check";
import { expect, test } from "vitest";
import { interpolation, lagrangeAt, taylorFactor } from "./chebyshev.js";

test("an exponential is interpolated within its bound, which is not far off", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 12 }), fc.double({ min: 0.01, max: 6, noNaN: true }), (n, xi) => {
      const scheme = interpolation(n);
      const count = 101;
      const table = lagrangeAt(scheme, count);
      let worst = 0;
      for (let i = 0; i < count; i++) {
        const s = (2 * i) / (count - 1) - 1;
        const value = scheme.points.reduce((sum, p, a) => sum + table[i * n + a] * Math.exp(xi * p), 0);
        worst = Math.max(worst, Math.abs(value - Math.exp(xi * s)));
      }
      const bound = taylorFactor(xi, n) * Math.exp(xi);
      const rounding = 200 * Number.EPSILON * Math.exp(xi); // n products and sums of values up to e^ξ times Λ
      expect(worst).toBeLessThanOrEqual(bound + rounding);
      expect(worst).toBeGreaterThan((bound * Math.exp(-2 * xi)) / 4 - rounding);
    }),
  );
});

test("Lagrange polynomials sum to one, reproduce lower polynomials, and stay below the Lebesgue constant", () => {
  for (let n = 2; n <= 12; n++) {
    const scheme = interpolation(n);
    const table = lagrangeAt(scheme, 65);
    for (let i = 0; i < 65; i++) {
      const s = (2 * i) / 64 - 1;
      const row = table.subarray(i * n, (i + 1) * n);
      const value = row.reduce((sum, v, a) => sum + v * scheme.points[a] ** (n - 1), 0);
      expect(value).toBeCloseTo(s ** (n - 1), 12);
      expect(row.reduce((sum, v) => sum + v, 0)).toBeCloseTo(1, 12);
      expect(row.reduce((sum, v) => sum + Math.abs(v), 0)).toBeLessThanOrEqual(scheme.lebesgue + 1e-12);
    }
  }
});
