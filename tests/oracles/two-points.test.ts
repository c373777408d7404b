import { condOt, pointsOf, rk4 } from "@fluxion/core";
import { describe, expect, test } from "vitest";
import { distance, draws, fieldOver, flow, jacobian, quantity, velocity } from "./exact.js";

/* O3: data ±a. u = (a·tanh(ta·x/β²) − x)/β with β = 1 − t, so that all turns on the side of the plane a·x = 0. */
const a = [1.2, -0.4];
const D = 2;
const square = a[0] ** 2 + a[1] ** 2;
const field = fieldOver(condOt(), [a, a.map((v) => -v)]);
const along = (x: ArrayLike<number>): number => a[0] * x[0] + a[1] * x[1];

describe("closed forms", () => {
  test.each([0, 0.05, 0.3, 0.6, 0.9, 0.99])("velocity, divergence, entropy and density at t = %d", (t) => {
    const beta = 1 - t;
    const x = draws(1, 20, D);
    const [u, divergence, entropy, log] = [
      velocity(field, t, x),
      quantity(field, "divergence", t, x),
      quantity(field, "entropy", t, x),
      quantity(field, "logDensity", t, x),
    ];
    for (let b = 0; b < 20; b++) {
      const own = x.data.subarray(D * b, D * b + D);
      const half = (t * along(own)) / beta ** 2;
      const k = Math.tanh(half);
      // The two logits are differences of squares of size |x − αz|²/2β², each rounded.
      const slack = (4e-15 * (1 + Math.abs(half))) / beta ** 2;
      expect(Math.abs(u[D * b] - (a[0] * k - own[0]) / beta)).toBeLessThan(slack / beta);
      expect(Math.abs(u[D * b + 1] - (a[1] * k - own[1]) / beta)).toBeLessThan(slack / beta);
      expect(Math.abs(divergence[b] - ((t * square * (1 - k * k)) / beta ** 2 - D) / beta)).toBeLessThan((8 * slack) / beta ** 3);
      const p = 1 / (1 + Math.exp(-2 * half));
      const q = 1 / (1 + Math.exp(2 * half));
      const h = -(p > 0 ? p * Math.log(p) : 0) - (q > 0 ? q * Math.log(q) : 0);
      expect(Math.abs(entropy[b] - h)).toBeLessThan(8 * slack);
      // cosh without overflow
      const logCosh = Math.abs(half) + Math.log1p(Math.exp(-2 * Math.abs(half))) - Math.LN2;
      const gauss = -(own[0] ** 2 + own[1] ** 2 + t * t * square) / (2 * beta ** 2) - Math.log(2 * Math.PI * beta ** 2);
      expect(Math.abs(log[b] - gauss - logCosh)).toBeLessThan(1e-13 * (1 + Math.abs(gauss) + Math.abs(half)));
    }
  });

  test("∇·u = 8.72705443 at a = (1.2, −0.4), x = (0.3, 0.7), t = 0.6", () => {
    expect(quantity(field, "divergence", 0.6, pointsOf([[0.3, 0.7]]))[0]).toBeCloseTo(8.72705443, 8);
  });
});

test("the origin turns from a sink into a saddle when t‖a‖² = (1 − t)²", () => {
  // t‖a‖² = (1 − t)² at t = 1 + c − √(c² + 2c), c = ‖a‖²/2
  const c = square / 2;
  const critical = 1 + c - Math.sqrt(c * c + 2 * c);
  const origin = pointsOf([[0, 0]]);
  const curvature = (t: number): number => {
    const J = jacobian(field, t, origin);
    return (a[0] * (J[0][0] * a[0] + J[0][1] * a[1]) + a[1] * (J[1][0] * a[0] + J[1][1] * a[1])) / square;
  };
  expect(curvature(critical - 0.01)).toBeLessThan(0);
  expect(Math.abs(curvature(critical))).toBeLessThan(1e-12);
  expect(curvature(critical + 0.01)).toBeGreaterThan(0);
});

test("across a the field contracts at the rate −1/(1 − t) exactly, at every point", () => {
  const across = [-a[1], a[0]];
  for (const t of [0.2, 0.6, 0.95]) {
    const x = pointsOf([[0.4, -0.9]]);
    const J = jacobian(field, t, x);
    const moved = J.map((line) => line[0] * across[0] + line[1] * across[1]);
    expect(
      distance(
        moved,
        across.map((v) => -v / (1 - t)),
      ),
    ).toBeLessThan(1e-13 / (1 - t) ** 3);
  }
});

test("the basin of a is the half space a·x₀ > 0: points near the plane end on their own side", () => {
  const x0 = pointsOf([
    [0.4 + 1e-3, 1.2],
    [0.4 - 1e-3, 1.2],
    [-2, -6 + 1e-3],
    [3, 0],
  ]); // a·x₀ = 1.2e-3, −1.2e-3, −4e-4, 3.6
  const end = flow(field, condOt(), x0, { tableau: rk4, steps: 400, to: 0.98 });
  const nearest = [0, 1, 2, 3].map((b) => Math.sign(along(end.data.subarray(D * b, D * b + D))));
  expect(nearest).toEqual([1, -1, -1, 1]);
  const denoised = quantity(field, "denoiser", 0.98, end);
  expect(distance(denoised, [...a, ...a.map((v) => -v), ...a.map((v) => -v), ...a])).toBeLessThan(1e-9);
});

test("on the plane a·x₀ = 0 nothing ever chooses a side: x_t = βx₀", () => {
  const x0 = pointsOf([[0.5, 1.5]]); // a·x₀ = 0.6 − 0.6, exactly 0 in float64
  expect(along(x0.data)).toBeCloseTo(0, 15);
  const t = 0.5; // before the plane is a watershed for rounding
  const end = flow(field, condOt(), x0, { tableau: rk4, steps: 100, to: t });
  expect(
    distance(
      end.data,
      x0.data.map((v) => (1 - t) * v),
    ),
  ).toBeLessThan(1e-12);
});
