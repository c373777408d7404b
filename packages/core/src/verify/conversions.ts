import { fork, normal, type Rng } from "../random/index.js";
import { type Check, checked, largest } from "./check.js";
import type { Derivation } from "./derivation.js";
import { derivative } from "./difference.js";
import { dot, moved, one, type Probe } from "./probes.js";
import { traceByDifferences } from "./trace.js";

/** M7: score, noise, denoiser and velocity are one posterior mean, each from the denoiser by its own formula. Eq. (M7) */
export function checkConversions({ marginal }: Derivation, probes: readonly Probe[]): Check {
  const residuals: number[] = [];
  for (const { t, at, x } of probes) {
    const { alpha, beta, dAlpha, dBeta } = at;
    const mean = marginal.denoiser(t, x);
    const a = dBeta / beta;
    const b = dAlpha - alpha * a;
    const compare = (value: Float64Array, onX: number, onMean: number): void => {
      const scale = largest(x.data.map((v, d) => Math.abs(onX * v) + Math.abs(onMean * mean[d])));
      value.forEach((v, d) => {
        residuals.push(Math.abs(v - (onX * x.data[d] + onMean * mean[d])) / scale);
      });
    };
    compare(marginal.velocity(t, x), a, b);
    compare(marginal.score(t, x), -1 / beta ** 2, alpha / beta ** 2);
    compare(marginal.noise(t, x), 1 / beta, -alpha / beta);
  }
  return checked({
    id: "m7-conversions",
    statement: "velocity = a x + b μ, score = (αμ − x)/β², noise = (x − αμ)/β with one posterior mean μ",
    residual: largest(residuals),
    tolerance: 1e-13,
    toleranceFrom: "a few roundings, relative to the two terms of each formula",
  });
}

/** M7: the score is the gradient of log p_t, along random directions. Eq. (M7) */
export function checkScore({ marginal, path }: Derivation, probes: readonly Probe[], rng: Rng): Check {
  const D = path.field.dim;
  const residuals: number[] = [];
  probes.forEach(({ t, at, x }, k) => {
    const s = marginal.score(t, x);
    for (let b = 0; b < x.size; b++) {
      const v = unit(normal(fork(rng, k, b), new Float64Array(D)));
      const slope = derivative((h) => marginal.logDensity(t, moved(x, b, h, v))[0], 0.2 * at.beta);
      const own = s.subarray(b * D, (b + 1) * D);
      residuals.push((Math.abs(slope.value - dot(own, v)) - slope.error) / (1 / at.beta + Math.sqrt(dot(own, own))));
    }
  });
  return checked({
    id: "m7-score",
    statement: "the score is ∇ log p_t(x)",
    residual: largest(residuals),
    tolerance: 1e-7,
    toleranceFrom: "beyond the differences' own error estimate, relative to the score's length and 1/β",
  });
}

/** M7: ∇·u_t = aD + b(α/β²) tr Cov(z|x) against the trace by differences. Eq. (M7) */
export function checkDivergence({ marginal, path }: Derivation, probes: readonly Probe[]): Check {
  const D = path.field.dim;
  const residuals = probes.map(({ t, at, x }) => {
    const trace = traceByDifferences((y) => marginal.velocity(t, y), x, 0.05 * at.beta, 3);
    return (Math.abs(trace.value - marginal.divergence(t, one(x, 0))[0]) - trace.error) / (trace.size + D / at.beta);
  });
  return checked({
    id: "m7-divergence",
    statement: "∇·u_t = aD + b(α/β²) tr Cov(z|x) is the trace of the Jacobian of u_t",
    residual: largest(residuals),
    tolerance: 1e-7,
    toleranceFrom: "beyond the differences' own error estimate, relative to the sizes of the partial derivatives",
  });
}

/** v scaled to length 1. */
function unit(v: Float64Array): Float64Array {
  const length = Math.sqrt(dot(v, v));
  return v.map((value) => value / length);
}
