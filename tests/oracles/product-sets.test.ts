import { atomPosterior, atoms, condOt, marginalField, normalCdf, points, rk4, row } from "@fluxion/core";
import { describe, expect, test } from "vitest";
import { distance, draws, drawWeights, fieldOver, flow, quantity, velocity } from "./exact.js";

/* O5: for data Z₁ × … × Z_D the posterior factorises: each coordinate follows the field of its own line. */
const D = 10;
const lines = Array.from({ length: D }, (_, d) => ({
  atoms: [...draws(20 + d, 2, 1).data],
  weights: drawWeights(40 + d, 2),
}));
/** All 2^D corners with products of weights. */
const corners = Array.from({ length: 2 ** D }, (_, i) => lines.map((_, d) => (i >> d) & 1));
const product = marginalField(
  condOt(),
  atomPosterior(
    atoms(
      points(Float64Array.from(corners.flatMap((bits) => bits.map((bit, d) => lines[d].atoms[bit]))), D),
      corners.map((bits) => bits.reduce((w, bit, d) => w * lines[d].weights[bit], 1)),
    ),
  ),
);
const single = lines.map(({ atoms: z, weights }) =>
  fieldOver(
    condOt(),
    z.map((v) => [v]),
    { weights },
  ),
);

describe("1,024 corners in ten dimensions", () => {
  test.each([0, 0.1, 0.4, 0.8])("velocity, density, entropy and covariance are those of ten lines at t = %d", (t) => {
    const x = draws(5, 3, D);
    const u = velocity(product, t, x);
    const sums = {
      logDensity: new Float64Array(3),
      entropy: new Float64Array(3),
      traceCov: new Float64Array(3),
      divergence: new Float64Array(3),
    };
    for (let d = 0; d < D; d++) {
      const own = points(
        Float64Array.from([0, 1, 2], (b) => row(x, b)[d]),
        1,
      );
      const expected = velocity(single[d], t, own);
      // Logits of size ‖x − αz‖²/2β² over ten coordinates, 2⁻⁵³ each, times 1/β in the velocity.
      expect(
        distance(
          [0, 1, 2].map((b) => u[b * D + d]),
          expected,
        ),
      ).toBeLessThan(1e-13 / (1 - t) ** 3);
      for (const name of ["logDensity", "entropy", "traceCov", "divergence"] as const) {
        quantity(single[d], name, t, own).forEach((v, b) => {
          sums[name][b] += v;
        });
      }
    }
    for (const name of ["logDensity", "entropy", "traceCov"] as const) {
      expect(distance(quantity(product, name, t, x), sums[name])).toBeLessThan(1e-12 / (1 - t) ** 2);
    }
    expect(distance(quantity(product, "divergence", t, x), sums.divergence)).toBeLessThan(1e-11 / (1 - t) ** 4);
  });

  test("every coordinate of a trajectory keeps its own quantile", () => {
    const x0 = draws(6, 4, D);
    const to = 0.9;
    const end = flow(product, condOt(), x0, { tableau: rk4, steps: 120, to });
    for (let b = 0; b < 4; b++) {
      lines.forEach(({ atoms: z, weights }, d) => {
        const now = z.reduce((sum, v, i) => sum + weights[i] * normalCdf((row(end, b)[d] - to * v) / (1 - to)), 0);
        expect(Math.abs(now - normalCdf(row(x0, b)[d]))).toBeLessThan(2e-5); // fourth order on 120 steps
      });
    }
  });
});
