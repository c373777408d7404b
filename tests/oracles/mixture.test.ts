import {
  atomPosterior,
  atoms,
  condOt,
  eightGaussiansMixture,
  gaussianMixture,
  marginalField,
  mixturePosterior,
  type Points,
  pointsOf,
  posteriorOf,
  rngOf,
  row,
  sampleMixture,
} from "@fluxion/core";
import { describe, expect, test } from "vitest";
import { distance, quantity, velocity } from "./exact.js";

/* O6: a Gaussian mixture, exact by its components, against many atoms drawn from it. */
const mixture = gaussianMixture({
  means: pointsOf([
    [2, 0],
    [-1, 1.5],
    [-0.5, -2],
  ]),
  covariances: { kind: "full", matrices: [0.3, 0.1, 0.1, 0.2, 0.1, -0.05, -0.05, 0.4, 0.5, 0, 0, 0.05] },
  weights: [2, 1, 1],
});
const N = 40_000;
const sample: Points = sampleMixture(rngOf(9), mixture, N).points;
const exact = marginalField(condOt(), mixturePosterior(mixture));
const empirical = marginalField(condOt(), atomPosterior(atoms(sample)));
const x = pointsOf([
  [0.4, 0.1],
  [-0.6, 0.5],
  [0.9, -0.3],
]);

describe.each([0.1, 0.3, 0.5])("t = %d", (t) => {
  const { weights } = empirical.posterior;
  const lambda = weights(x, condOt().at(t)); // [3, N]

  test("the field of a sample differs from that of the mixture by its standard error", () => {
    const [u, v] = [velocity(exact, t, x), velocity(empirical, t, x)];
    for (let b = 0; b < 3; b++) {
      const own = lambda.subarray(b * N, (b + 1) * N);
      const mean = quantity(empirical, "denoiser", t, x).subarray(2 * b, 2 * b + 2);
      for (let d = 0; d < 2; d++) {
        // μ̂ = Σλz is a ratio of means; its variance is Σλ²(z − μ)² to first order [delta method].
        let variance = 0;
        for (let i = 0; i < N; i++) variance += (own[i] * (row(sample, i)[d] - mean[d])) ** 2;
        const z = ((v[2 * b + d] - u[2 * b + d]) * (1 - t)) / Math.sqrt(variance);
        expect(Math.abs(z)).toBeLessThan(5); // five standard errors
      }
    }
  });

  test("so does the log-density", () => {
    const [log, other] = [quantity(exact, "logDensity", t, x), quantity(empirical, "logDensity", t, x)];
    for (let b = 0; b < 3; b++) {
      // p̂ is a mean of N terms with relative variance N·Σλ² − 1.
      const relative = lambda.subarray(b * N, (b + 1) * N).reduce((sum, w) => sum + w * w, 0) - 1 / N;
      expect(Math.abs(other[b] - log[b]) / Math.sqrt(relative)).toBeLessThan(5);
    }
  });
});

test("the standard error itself falls like N^−½: a sixteenth of the sample is four times as far off, on average", () => {
  const t = 0.2;
  const u = velocity(exact, t, x);
  const meanSquare = (size: number): number => {
    let [sum, count] = [0, 0];
    for (let from = 0; from + size <= N; from += size) {
      const part = { data: sample.data.subarray(2 * from, 2 * (from + size)), size, dim: 2 };
      const v = velocity(marginalField(condOt(), atomPosterior(atoms(part))), t, x);
      sum += v.reduce((total, value, d) => total + (value - u[d]) ** 2, 0);
      count++;
    }
    return sum / count;
  };
  const ratio = meanSquare(125) / meanSquare(2000); // 320 and 20 samples: standard error of the ratio about 15 %
  expect(ratio).toBeGreaterThan(16 / 2);
  expect(ratio).toBeLessThan(16 * 2);
});

test("eight Gaussians of one width are a kernel density: two closed forms agree", () => {
  const eight = eightGaussiansMixture();
  const [one, other] = [mixturePosterior(eight), posteriorOf(eight)].map((posterior) => marginalField(condOt(), posterior));
  for (const t of [0, 0.4, 0.9, 1]) expect(distance(velocity(one, t, x), velocity(other, t, x))).toBeLessThan(1e-12);
});
