import { condOt, normalCdf, points, pointsOf } from "@fluxion/core";
import { describe, expect, test } from "vitest";
import { distance, fieldOver, quantity, velocity } from "./exact.js";

/* O8: continuous data as atoms on a quadrature rule. Where the rule converges geometrically, so does the field. */

/** I_ν(κ) by its power series: all terms positive, so to rounding. */
function bessel(order: number, kappa: number): number {
  let term = 1;
  for (let k = 1; k <= order; k++) term *= kappa / 2 / k;
  let sum = 0;
  for (let k = 0; term > sum * 1e-18 || k < kappa; k++) {
    sum += term;
    term *= (kappa / 2) ** 2 / ((k + 1) * (k + 1 + order));
  }
  return sum;
}

/** Gauss–Legendre nodes and weights on [−1, 1], by Newton's iteration on the Legendre polynomial. */
function gauss(n: number): { nodes: number[]; weights: number[] } {
  const legendre = (x: number): { value: number; slope: number } => {
    let [before, value] = [1, x];
    for (let k = 2; k <= n; k++) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
    return { value, slope: (n * (x * value - before)) / (x * x - 1) };
  };
  const nodes = Array.from({ length: n }, (_, k) => {
    let x = Math.cos((Math.PI * (k + 0.75)) / (n + 0.5));
    for (let i = 0; i < 20; i++) {
      const { value, slope } = legendre(x);
      x -= value / slope;
    }
    return x;
  });
  return { nodes, weights: nodes.map((x) => 1 / ((1 - x * x) * legendre(x).slope ** 2)) }; // they sum to one
}

const r = 1.3;
const circle = (n: number): number[][] =>
  Array.from({ length: n }, (_, k) => [r * Math.cos((2 * Math.PI * k) / n), r * Math.sin((2 * Math.PI * k) / n)]);
const x = pointsOf([
  [0.3, -0.2],
  [0.9, 0.4],
  [-1.1, 0.8],
]);
const radius = (b: number): number => Math.hypot(x.data[2 * b], x.data[2 * b + 1]);

describe("the uniform law on a circle", () => {
  test("μ = r·(x/‖x‖)·I₁(κ)/I₀(κ) and log p = −(‖x‖² + α²r²)/2β² + log I₀(κ) − log 2πβ², κ = αr‖x‖/β²", () => {
    for (const t of [0.1, 0.5, 0.75]) {
      const field = fieldOver(condOt(), circle(128));
      const [mu, log, u] = [quantity(field, "denoiser", t, x), quantity(field, "logDensity", t, x), velocity(field, t, x)];
      for (let b = 0; b < 3; b++) {
        const kappa = (t * r * radius(b)) / (1 - t) ** 2;
        const ratio = bessel(1, kappa) / bessel(0, kappa);
        for (let d = 0; d < 2; d++) {
          const expected = (r * ratio * x.data[2 * b + d]) / radius(b);
          expect(Math.abs(mu[2 * b + d] - expected)).toBeLessThan(1e-13);
          expect(Math.abs(u[2 * b + d] - (expected - x.data[2 * b + d]) / (1 - t))).toBeLessThan(1e-12);
        }
        const gaussian = -(radius(b) ** 2 + (t * r) ** 2) / (2 * (1 - t) ** 2) - Math.log(2 * Math.PI * (1 - t) ** 2);
        expect(log[b]).toBeCloseTo(gaussian + Math.log(bessel(0, kappa)), 11);
      }
    }
  });

  test("n atoms are off by 2·I_n(κ)/I₀(κ) at most: faster than any power of n", () => {
    const t = 0.6;
    for (const n of [6, 10, 16, 24, 32]) {
      const log = quantity(fieldOver(condOt(), circle(n)), "logDensity", t, x);
      for (let b = 0; b < 3; b++) {
        const kappa = (t * r * radius(b)) / (1 - t) ** 2;
        const exact =
          Math.log(bessel(0, kappa)) -
          (radius(b) ** 2 + (t * r) ** 2) / (2 * (1 - t) ** 2) -
          Math.log(2 * Math.PI * (1 - t) ** 2);
        // The trapezoid rule of e^{κ cos θ} is Σ_j I_{jn}(κ)·cos(jnφ); the tail beyond j = 1 is below the bound's slack.
        const bound = (2.2 * bessel(n, kappa)) / bessel(0, kappa);
        if (bound < 0.5) expect(Math.abs(log[b] - exact)).toBeLessThan(bound / (1 - bound) + 1e-13);
      }
    }
  });
});

test("the uniform law on a sphere in three dimensions: μ = r·(x/‖x‖)·(coth κ − 1/κ)", () => {
  const [{ nodes, weights }, n] = [gauss(40), 80];
  const rows: number[][] = [];
  const shares: number[] = [];
  nodes.forEach((cos, k) => {
    for (let j = 0; j < n; j++) {
      const angle = (2 * Math.PI * j) / n;
      const sin = Math.sqrt(1 - cos * cos);
      rows.push([r * sin * Math.cos(angle), r * sin * Math.sin(angle), r * cos]);
      shares.push(weights[k] / n);
    }
  });
  const field = fieldOver(condOt(), rows, { weights: shares });
  const at = [0.4, -0.7, 0.5];
  const length = Math.hypot(...at);
  for (const t of [0.2, 0.5, 0.7]) {
    const kappa = (t * r * length) / (1 - t) ** 2;
    const expected = at.map((v) => (r * (1 / Math.tanh(kappa) - 1 / kappa) * v) / length);
    expect(distance(quantity(field, "denoiser", t, pointsOf([at])), expected)).toBeLessThan(1e-12);
  }
});

test("the uniform law on a square: every coordinate is the mean of a truncated normal", () => {
  const { nodes, weights } = gauss(48);
  const rows = nodes.flatMap((p) => nodes.map((q) => [p, q]));
  const field = fieldOver(condOt(), rows, { weights: weights.flatMap((v) => weights.map((w) => v * w)) });
  const density = (v: number): number => Math.exp((-v * v) / 2) / Math.sqrt(2 * Math.PI);
  for (const t of [0.1, 0.5, 0.7]) {
    const mu = quantity(field, "denoiser", t, x);
    mu.forEach((v, at) => {
      const [m, sigma] = [x.data[at] / t, (1 - t) / t]; // N(x; tz, β²) as a density of z
      const [low, high] = [(-1 - m) / sigma, (1 - m) / sigma];
      const expected = m + (sigma * (density(low) - density(high))) / (normalCdf(high) - normalCdf(low));
      // Differences of φ and of Φ cancel where the square is a small part of the normal: m and σ are large at small t.
      expect(Math.abs(v - expected)).toBeLessThan(1e-13 * (1 + Math.abs(m) + sigma) ** 3);
    });
  }
});

test("a fine lattice is Lebesgue measure: u = (α̇/α)x, with an error of a theta function", () => {
  const [h, t] = [0.25, 0.7];
  const line = Array.from({ length: 201 }, (_, k) => [(k - 100) * h]);
  const at = points(Float64Array.of(-0.9, 0.11, 0.52, 1.3), 1);
  const scale = (0.3 / 0.7) ** 2; // (β/α)², the variance of z given x
  for (const spacing of [1, 2, 3]) {
    const field = fieldOver(
      condOt(),
      line.map(([z]) => [z * spacing]),
    );
    const u = velocity(field, t, at);
    // Poisson summation: μ − x/α = 4πσ²/h·Σ e^{−2π²k²σ²/h²} k sin(2πk x/αh)·(1 + …), σ = β/α.
    const q = Math.exp((-2 * Math.PI ** 2 * scale) / (spacing * h) ** 2);
    const bound = (((4 * Math.PI * scale) / (spacing * h)) * q * 1.01) / (1 - 2 * q) / 0.3;
    u.forEach((v, b) => {
      expect(Math.abs(v - at.data[b] / t)).toBeLessThan(bound + 1e-11);
    });
  }
});
