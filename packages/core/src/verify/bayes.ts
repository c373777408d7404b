import { row } from "../points/index.js";
import { type Check, checked, largest, ROUNDOFF } from "./check.js";
import type { Derivation } from "./derivation.js";
import { type Probe, repeated } from "./probes.js";

/** M5: λ_i p_t(x) = π_i p_t(x|z_i) for every atom, and the weights sum to one. Eq. (M5) */
export function checkBayes({ conditional, marginal, path }: Derivation, probes: readonly Probe[]): Check {
  const { points: z, logWeights } = path.atoms;
  const residuals: number[] = [];
  let sizes = 1;
  for (const { t, at, x } of probes) {
    const weights = marginal.weights(t, x);
    const logDensity = marginal.logDensity(t, x);
    for (let b = 0; b < x.size; b++) {
      const joint = conditional.logDensity(at, repeated(row(x, b), z.size), z);
      let sum = 0;
      for (let i = 0; i < z.size; i++) {
        const weight = weights[b * z.size + i];
        sum += weight;
        const log = logWeights[i] + joint[i];
        const expected = Math.exp(log - logDensity[b]);
        residuals.push(Math.abs(weight - expected));
        if (expected > 1e-12) sizes = Math.max(sizes, Math.abs(log));
      }
      residuals.push(Math.abs(sum - 1));
    }
  }
  return checked({
    id: "m5-bayes",
    statement: "p_t(z|x) p_t(x) = p_t(x|z) p_data(z) for every data point, and the weights sum to 1",
    residual: largest(residuals),
    tolerance: 64 * ROUNDOFF * sizes + z.size * ROUNDOFF,
    toleranceFrom: "rounding of log-densities of the size met here, and of a sum of N weights",
  });
}

/** M6: u_t(x) = Σ λ_i u_t(x|z_i), with the weights and the conditional fields computed apart. Eq. (M6) */
export function checkMarginalField({ conditional, marginal, path }: Derivation, probes: readonly Probe[]): Check {
  const { points: z } = path.atoms;
  const D = z.dim;
  const residuals: number[] = [];
  for (const { t, at, x } of probes) {
    const weights = marginal.weights(t, x);
    const u = marginal.velocity(t, x);
    for (let b = 0; b < x.size; b++) {
      const terms = conditional.velocity(at, repeated(row(x, b), z.size), z).data;
      const [mean, size] = [new Float64Array(D), new Float64Array(D)];
      for (let i = 0; i < z.size; i++) {
        const weight = weights[b * z.size + i];
        for (let d = 0; d < D; d++) {
          mean[d] += weight * terms[i * D + d];
          size[d] += weight * Math.abs(terms[i * D + d]);
        }
      }
      const scale = largest(size);
      for (let d = 0; d < D; d++) residuals.push(Math.abs(mean[d] - u[b * D + d]) / scale);
    }
  }
  return checked({
    id: "m6-marginal-field",
    statement: "u_t(x) = Σ_i p_t(z_i|x) u_t(x|z_i)",
    residual: largest(residuals),
    tolerance: 1e-10,
    toleranceFrom: "rounding of weights and of a sum over N atoms, relative to Σ λ|u_t(x|z)|",
  });
}
