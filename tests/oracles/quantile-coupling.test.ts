import {
  condOt,
  cosine,
  linearVp,
  normalCdf,
  normalQuantile,
  points,
  pointsOf,
  rk4,
  type Scheduler,
  squareRoot,
} from "@fluxion/core";
import { describe, expect, test } from "vitest";
import { drawWeights, fieldOver, flow, quantity } from "./exact.js";

/* O4: on the line the flow keeps the order of points, so it is the coupling of equal quantiles:
 * Σ π_i Φ((x_t − αz_i)/β) = Φ(x₀) at every time, and x₁ is the atom whose step of the cumulative weights holds Φ(x₀). */
const atoms = [-2.1, -1.3, -0.6, 0.2, 0.9, 1.5, 2.8];
const weights = drawWeights(12, atoms.length);
const cumulative = weights.map((_, k) => weights.slice(0, k + 1).reduce((sum, w) => sum + w, 0));

const schedulers: Scheduler[] = [condOt(), cosine(), linearVp(), squareRoot()];

describe.each(schedulers.map((scheduler) => [scheduler.name, scheduler] as const))("%s", (_, scheduler) => {
  const field = fieldOver(
    scheduler,
    atoms.map((z) => [z]),
    { weights },
  );

  test("quantiles are kept along every trajectory", () => {
    const x0 = points(
      Float64Array.from({ length: 25 }, (_, b) => -2.4 + 0.2 * b),
      1,
    );
    const before = x0.data.map(normalCdf);
    let worst = 0;
    flow(field, scheduler, x0, { tableau: rk4, steps: 800, to: 0.95 }, (_, t, x) => {
      const { alpha, beta } = scheduler.at(t);
      x.data.forEach((v, b) => {
        const now = atoms.reduce((sum, z, i) => sum + weights[i] * normalCdf((v - alpha * z) / beta), 0);
        worst = Math.max(worst, Math.abs(now - before[b]));
      });
    });
    expect(worst).toBeGreaterThan(0);
    expect(worst).toBeLessThan(2e-7); // fourth order on 800 steps; near τ = 0.95 the basins part within a few steps
  });

  test("the basins are cut at Φ⁻¹ of the cumulative weights", () => {
    const cuts = cumulative.slice(0, -1).map((c) => normalQuantile(c));
    const x0 = points(Float64Array.from(cuts.flatMap((cut) => [cut - 2e-3, cut + 2e-3])), 1);
    const end = flow(field, scheduler, x0, { tableau: rk4, steps: 1500, to: 0.98 });
    const { top } = field.quantities(scheduler.timeOfSnr(0.98 / 0.02), end, ["denoiser"], { top: 1 });
    expect([...top.indices]).toEqual(cuts.flatMap((__, k) => [k, k + 1]));
  });
});

test("for smoothed data the terminal quantile is that of the kernel density, at t = 1 itself", () => {
  const h = 0.3;
  const field = fieldOver(
    condOt(),
    atoms.map((z) => [z]),
    { weights, bandwidth: h },
  );
  const x0 = pointsOf([[-1.7], [-0.2], [0.9], [2.2]]);
  const end = flow(field, condOt(), x0, { tableau: rk4, steps: 800, to: 1 });
  end.data.forEach((v, b) => {
    const quantile = atoms.reduce((sum, z, i) => sum + weights[i] * normalCdf((v - z) / h), 0);
    expect(Math.abs(quantile - normalCdf(x0.data[b]))).toBeLessThan(1e-8);
  });
  expect(quantity(field, "logDensity", 1, end).every(Number.isFinite)).toBe(true);
});
