import { expect, test } from "vitest";
import { normal } from "./normal.js";
import { normalCdf } from "./normal-cdf.js";
import { normalQuantile } from "./normal-quantile.js";
import { rngOf, uniform } from "./rng.js";

/** Φ(−x) by Laplace's continued fraction, backwards from 4,000 terms: converges for x ≥ 1, independent of the source. */
function tailByFraction(x: number): number {
  let fraction = x;
  for (let k = 4000; k >= 1; k--) fraction = x + k / fraction;
  return Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI) / fraction;
}

test("Φ in the lower tail equals the continued fraction of Mills' ratio", () => {
  for (let x = 1; x <= 37; x += 0.0625) {
    // The reference rounds x²/2 once before exp: x²·2^−53 relative; Φ itself stays within 1e-15.
    expect(Math.abs(normalCdf(-x) / tailByFraction(x) - 1), `x = ${x}`).toBeLessThan(1.5e-15 + x * x * 2 ** -53);
  }
});

test("Φ in the centre equals ½ + φ(x)·Σ x^{2k+1}/(2k+1)!! and Φ(x) + Φ(−x) = 1", () => {
  for (let x = 0; x <= 2; x += 1 / 64) {
    let [term, sum] = [x, 0];
    for (let k = 1; term > 1e-20; k++) [sum, term] = [sum + term, (term * x * x) / (2 * k + 1)];
    const density = Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
    expect(Math.abs(normalCdf(x) - (0.5 + density * sum))).toBeLessThan(4 * Number.EPSILON);
    expect(Math.abs(normalCdf(x) + normalCdf(-x) - 1)).toBeLessThan(2 * Number.EPSILON);
  }
});

test("Φ is 0 and 1 at the ends and refuses what is not a number", () => {
  expect([-Infinity, -50, 0, 50, Infinity].map(normalCdf)).toEqual([0, 0, 0.5, 1, 1]);
  expect(() => normalCdf(Number.NaN)).toThrow(/^Cannot evaluate the normal distribution/);
});

test("Φ(Φ⁻¹(p)) = p in all three ranges of the quantile", () => {
  for (let e = 0; e <= 300; e += 0.37) {
    for (const p of [0.5 * 10 ** -e, 0.5 - 0.49 * 10 ** (-e / 20)]) {
      const q = normalQuantile(p);
      // δp/p = (q·φ/Φ)(δq/q) and q·φ/Φ ≤ q² + 1: half an ulp of q and the errors of both functions.
      expect(Math.abs(normalCdf(q) / p - 1), `p = ${p}`).toBeLessThan(2e-15 + (q * q + 1) * 4 * Number.EPSILON);
    }
  }
});

test("the quantile is odd about ½ bit by bit, rises across the joins, and has infinite ends", () => {
  for (const u of uniform(rngOf(4), new Float64Array(20_000))) expect(normalQuantile(1 - u)).toBe(-normalQuantile(u));
  for (const join of [0.075, Math.exp(-25)]) {
    let before = -Infinity;
    for (let k = -2000; k <= 2000; k++) {
      const q = normalQuantile(join * (1 + k * 1e-15));
      expect(q - before).toBeGreaterThanOrEqual(-2 * Number.EPSILON * Math.abs(q)); // up to the last bit
      before = q;
    }
  }
  expect([0, 0.5, 1].map(normalQuantile)).toEqual([-Infinity, 0, Infinity]);
  for (const p of [-1e-9, 1.1, Number.NaN]) expect(() => normalQuantile(p)).toThrow(/^Cannot take the normal quantile: p is /);
});

test("normal draws are the quantiles of the uniform draws, at any offset", () => {
  const rng = rngOf(9);
  const u = uniform(rng, new Float64Array(64));
  expect(normal(rng, new Float64Array(64))).toEqual(u.map(normalQuantile));
  expect(normal(rng, new Float64Array(11), 53)).toEqual(u.slice(53).map(normalQuantile));
});

test("normal draws have the moments of N(0, 1) and pass Kolmogorov's test", () => {
  const n = 200_000;
  const x = normal(rngOf(10), new Float64Array(n));
  const moment = (k: number): number => x.reduce((sum, v) => sum + v ** k, 0) / n;
  // Standard errors √((E x^{2k} − (E x^k)²)/n) with E x^{2j} = (2j − 1)!!; five of them.
  for (const [k, mean, variance] of [
    [1, 0, 1],
    [2, 1, 2],
    [3, 0, 15],
    [4, 3, 96],
    [6, 15, 10170],
  ] as const) {
    expect(Math.abs(moment(k) - mean), `moment ${k}`).toBeLessThan(5 * Math.sqrt(variance / n));
  }
  const sorted = x.slice().sort();
  let gap = 0;
  sorted.forEach((v, i) => {
    gap = Math.max(gap, (i + 1) / n - normalCdf(v), normalCdf(v) - i / n);
  });
  expect(gap * Math.sqrt(n)).toBeLessThan(2.2); // probability 1.3e-4; the seed is fixed
});
