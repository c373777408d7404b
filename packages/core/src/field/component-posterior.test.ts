import fc from "fast-check";
import { expect, test } from "vitest";
import { atoms } from "../distribution/index.js";
import { points } from "../points/index.js";
import { normal, rngOf } from "../random/index.js";
import { atomPosterior } from "./atom-posterior.js";
import { componentPosterior } from "./component-posterior.js";
import type { ComponentFamily } from "./components.js";
import type { WeightedAtoms } from "./logits.js";

const [N, D] = [7, 3];

/** Atoms seen through N(0, I), one component an atom, from the textbook: nothing here is shared with the scan. */
function family({ points: z, logWeights }: WeightedAtoms): ComponentFamily {
  return {
    dim: D,
    size: N,
    singularAtData: true,
    limit: () => {
      throw new RangeError("no limit here");
    },
    at: ({ alpha, beta }) => ({
      logDensities(x, out) {
        for (let k = 0; k < N; k++) {
          let squared = 0;
          for (let d = 0; d < D; d++) squared += ((x[d] - alpha * z.data[k * D + d]) / beta) ** 2;
          out[k] = logWeights[k] - squared / 2 - (D / 2) * Math.log(2 * Math.PI * beta * beta);
        }
      },
      means(x, which, out) {
        which.forEach((k, j) => {
          for (let d = 0; d < D; d++) {
            const noise = (x[d] - alpha * z.data[k * D + d]) / (beta * beta);
            out.denoiser.data[j * D + d] = z.data[k * D + d];
            out.scaledNoise.data[j * D + d] = noise;
            out.score.data[j * D + d] = -noise;
          }
        });
      },
      within(_, out) {
        out.traceCov = out.denoiserDivergence = 0;
        out.scaledNoiseDivergence = D / (beta * beta);
      },
      addTangent(_, r, v, out) {
        for (let d = 0; d < D; d++) out.scaledNoise[d] += (r * v[d]) / (beta * beta);
      },
    }),
  };
}

test("a family of atoms has the posterior that the scan over them has: every moment, weight and Jacobian", () => {
  fc.assert(
    fc.property(fc.nat(), fc.double({ min: 0.05, max: 0.9, noNaN: true }), (key, t) => {
      const draw = normal(rngOf(key), new Float64Array(N * D + 4 * D));
      const data = atoms(points(draw.slice(0, N * D), D), [1, 2, 3, 4, 5, 6, 7]);
      const x = points(draw.slice(N * D, N * D + 2 * D), D);
      const tangent = points(draw.slice(N * D + 2 * D), D);
      const [at, want] = [
        { alpha: t, beta: 1 - t },
        { spread: true, top: 3, tangent },
      ];
      const [got, expected] = [componentPosterior(family(data)), atomPosterior(data)];
      const [p, q] = [got.evaluate(x, at, want), expected.evaluate(x, at, want)];
      // both sum some ten terms whose parts are at most 1/β⁴ < 10⁴ times the values: 1e-9 leaves three digits
      const close = (a: Float64Array | undefined, b: Float64Array | undefined) =>
        a?.forEach((v, i) => {
          expect(Math.abs(v - (b?.[i] ?? Number.NaN))).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(v)));
        });
      for (const name of ["denoiser", "scaledNoise", "score"] as const) close(p[name].data, q[name].data);
      for (const name of ["logDensity", "entropy", "ess"] as const) close(p[name], q[name]);
      for (const name of ["traceCov", "denoiserDivergence", "scaledNoiseDivergence"] as const)
        close(p.spread?.[name], q.spread?.[name]);
      for (const name of ["denoiser", "scaledNoise"] as const) close(p.tangent?.[name].data, q.tangent?.[name].data);
      expect(p.top.indices).toEqual(q.top.indices);
      close(p.top.weights, q.top.weights);
      close(got.weights(x, at), expected.weights(x, at));
    }),
  );
});
