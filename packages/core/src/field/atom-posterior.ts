/**
 * The float64 reference of the posterior over atoms, each smoothed with width h ≥ 0, for the source N(0, I).
 * Given z_i, x ~ N(αz_i, v I) with v = β² + α²h², so one scan with variance v gives weights λ, their mean m and spread;
 * what the smoothing adds inside a component is Gaussian and closed form:
 *
 *     E[z|x] = m + κ(x − αm),   κ = αh²/v,   E[ε|x]/β = (x − αm)/v = −∇ log p_t(x)
 */
import { row } from "../points/index.js";
import { certifyScan } from "./certify-scan.js";
import { dataLimit } from "./data-limit.js";
import { denoiserBound } from "./denoiser-bound.js";
import { logitsOf, type WeightedAtoms } from "./logits.js";
import type { Posterior } from "./posterior.js";
import { reachOf } from "./reach.js";
import { referenceError } from "./reference-error.js";
import { refuseLimit, requireMass, requireQuery, requireWeights } from "./require.js";
import { scanAtoms } from "./scan.js";
import { scanMoments } from "./scan-moments.js";
import { requireBandwidth, smoothedQuery, varianceAt } from "./smoothed-query.js";

/** How the atoms are smoothed. */
export interface AtomPosteriorOptions {
  /** Width h of the Gaussian around every atom (kernel density); 0 for the atoms themselves. @defaultValue 0 */
  readonly bandwidth?: number;
}

/**
 * The exact posterior over weighted atoms (or their kernel density) under the source N(0, I), by full scans in float64.
 * Cost N·D multiply-adds a point, twice that with spread or tangent. Eq. (M5)
 * @throws RangeError when the weights do not sum to one or the bandwidth is negative.
 */
export function atomPosterior(atoms: WeightedAtoms, { bandwidth = 0 }: AtomPosteriorOptions = {}): Posterior {
  requireBandwidth(bandwidth);
  const { dim, size } = atoms.points;
  requireWeights(atoms.logWeights, size);
  const reach = reachOf(atoms);
  return {
    dim,
    size,
    singularAtData: bandwidth === 0,
    evaluate(x, at, want = {}) {
      const query = smoothedQuery(x, at, want, { dim, size, bandwidth });
      const state = scanAtoms(atoms, x, query);
      const moments = scanMoments(state, x, query);
      if (!want.bound) return moments;
      const error = referenceError(x, query, reach, state);
      const { mean } = certifyScan({ state, error, evaluations: 0, skipped: 0 }, reach, query);
      return { ...moments, bound: denoiserBound(mean, moments, x, query) };
    },
    weights(x, at) {
      requireQuery(x, dim);
      const query = { alpha: at.alpha, variance: varianceAt(at, bandwidth) };
      const out = new Float64Array(x.size * size);
      const mass = new Float64Array(x.size);
      for (let b = 0; b < x.size; b++) {
        const logits = out.subarray(b * size, (b + 1) * size);
        mass[b] = normalise(logits, logitsOf(atoms, row(x, b), query, logits));
      }
      requireMass(mass);
      return out;
    },
    limit(x, top = 0) {
      if (bandwidth > 0) refuseLimit();
      return dataLimit(atoms, x, top);
    },
  };
}

/** Turns logits into weights that sum to one, in place; returns Σ exp(ℓ − top) for the check that it is positive. */
function normalise(logits: Float64Array, top: number): number {
  let mass = 0;
  for (let i = 0; i < logits.length; i++) {
    logits[i] = Math.exp(logits[i] - top);
    mass += logits[i];
  }
  for (let i = 0; i < logits.length; i++) logits[i] /= mass;
  return mass;
}
