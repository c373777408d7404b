import { row, takeRows } from "../points/index.js";
import { fork, type Rng } from "../random/index.js";
import type { Coefficients } from "../scheduler/index.js";
import { type Check, checked, largest, ROUNDOFF } from "./check.js";
import type { Derivation } from "./derivation.js";
import { derivative } from "./difference.js";
import { dot, moved, one, type Probe, repeated } from "./probes.js";
import { traceByDifferences } from "./trace.js";

/** M3: p_t(x) against the average of p_t(x|z) over fresh draws z of the data, in standard errors of that average. Eq. (M3) */
export function checkMixture({ conditional, marginal, path }: Derivation, probes: readonly Probe[], rng: Rng): Check {
  const draws = 4000;
  const residuals: number[] = [];
  let used = 0;
  probes.forEach(({ t, at, x }, k) => {
    const z = path.drawData(fork(rng, k), draws);
    const logDensity = marginal.logDensity(t, x);
    for (let b = 0; b < x.size; b++) {
      const ratio = conditional.logDensity(at, repeated(row(x, b), z.size), z).map((v) => Math.exp(v - logDensity[b]));
      const mean = ratio.reduce((sum, v) => sum + v, 0) / draws;
      const variance = ratio.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (draws - 1);
      const effective = (mean * draws) ** 2 / ratio.reduce((sum, v) => sum + v * v, 0);
      if (effective < 100) continue; // too few draws carry the average for a Gaussian standard error
      used++;
      // Where all ratios are equal, as over one atom, the mean is still off by its rounding.
      residuals.push(Math.abs(mean - 1) / Math.hypot(Math.sqrt(variance / draws), 2 * ROUNDOFF));
    }
  });
  return checked({
    id: "m3-mixture",
    statement: "p_t(x) equals the mean of p_t(x|z) over draws z of the data",
    residual: used > 0 ? largest(residuals) : Number.NaN,
    tolerance: 5,
    toleranceFrom: `standard errors of ${draws} draws; 5 are exceeded by chance less than once in 10⁵ probes`,
    details: { probes: used },
  });
}

/** Conditional terms at one point, weighted by the posterior: Σ λ_i f_i. */
function average(weights: Float64Array, f: (i: number) => number): number {
  return weights.reduce((sum, w, i) => (w === 0 ? sum : sum + w * f(i)), 0);
}

interface ConditionalTerms {
  /** Σ λ_i ∂_t log p_t(x|z_i) = ∂_t p_t/p_t if derivative and sum exchange. */
  readonly time: number;
  /** Σ λ_i (∇·u_t(x|z_i) + u_t(x|z_i)·∇ log p_t(x|z_i)) = ∇·(∫ p u)/p_t. */
  readonly flux: number;
  /** Σ λ_i |…| of both: the scale against which a residual is small. */
  readonly scale: number;
}

function conditionalTerms(
  { conditional, path }: Derivation,
  at: Coefficients,
  x: Float64Array,
  weights: Float64Array,
): ConditionalTerms {
  const alive = Int32Array.from([...weights.keys()].filter((i) => weights[i] > 1e-30));
  const z = takeRows(path.atoms.points, alive);
  const here = repeated(x, z.size);
  const kept = Float64Array.from(alive, (i) => weights[i]);
  const time = conditional.timeDerivative(at, here, z);
  const u = conditional.velocity(at, here, z);
  const s = conditional.score(at, here, z);
  const divergence = conditional.divergence(at, z.dim);
  const flux = (i: number): number => divergence + dot(row(u, i), row(s, i));
  return {
    time: average(kept, (i) => time[i]),
    flux: average(kept, flux),
    scale: average(kept, (i) => Math.abs(time[i])) + Math.abs(divergence),
  };
}

/** The exchange of ∂_t and of ∇· with the integral over z, which the marginal continuity equation rests on. Eq. (M4) */
export function checkExchange(derivation: Derivation, probes: readonly Probe[]): Check {
  const { marginal } = derivation;
  const residuals: number[] = [];
  for (const { t, at, x } of probes) {
    const weights = marginal.weights(t, one(x, 0));
    const terms = conditionalTerms(derivation, at, row(x, 0), weights);
    const time = derivative((h) => marginal.logDensity(t + h, one(x, 0))[0], 0.02 * at.beta);
    residuals.push((Math.abs(time.value - terms.time) - time.error) / terms.scale);
    const u = marginal.velocity(t, one(x, 0));
    const along = derivative((h) => marginal.logDensity(t, moved(x, 0, h, u))[0], (0.02 * at.beta) / Math.sqrt(1 + dot(u, u)));
    const trace = traceByDifferences((y) => marginal.velocity(t, y), x, 0.05 * at.beta, 3);
    const excess = Math.abs(trace.value + along.value - terms.flux) - (along.error + trace.error);
    residuals.push(excess / terms.scale);
  }
  return checked({
    id: "m4-exchange",
    statement: "∂_t ∫p_t(x|z) = ∫∂_t p_t(x|z) and ∇·(p_t u_t) = ∫∇·(p_t(x|z) u_t(x|z)), over the data",
    residual: largest(residuals),
    tolerance: 1e-6,
    toleranceFrom: "beyond the differences' own error estimate, relative to the conditional terms",
  });
}

/** M4 for the marginal pair, in closed form: ∂_t log p_t + ∇·u_t + u_t·∇ log p_t = 0. Eq. (M4) */
export function checkContinuity(derivation: Derivation, probes: readonly Probe[]): Check {
  const { marginal } = derivation;
  const residuals = probes.flatMap(({ t, at, x }) => {
    const weights = marginal.weights(t, x);
    const N = weights.length / x.size;
    const u = marginal.velocity(t, x);
    const s = marginal.score(t, x);
    const divergence = marginal.divergence(t, x);
    return Array.from({ length: x.size }, (_, b) => {
      const { time, scale } = conditionalTerms(derivation, at, row(x, b), weights.subarray(b * N, (b + 1) * N));
      const [from, to] = [b * x.dim, (b + 1) * x.dim];
      return Math.abs(time + divergence[b] + dot(u.subarray(from, to), s.subarray(from, to))) / scale;
    });
  });
  return checked({
    id: "m4-marginal",
    statement: "∂_t p_t + ∇·(p_t u_t) = 0 for the marginal path and its vector field",
    residual: largest(residuals),
    tolerance: 1e-7,
    toleranceFrom: "rounding of logits of size up to ‖x − αz‖²/2β², relative to the conditional terms",
  });
}
