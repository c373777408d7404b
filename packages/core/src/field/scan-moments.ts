import { type Points, zerosLike } from "../points/index.js";
import type { Means, Moments, Spread, Tangent } from "./posterior.js";
import { requireMass } from "./require.js";
import type { ScanState } from "./scan.js";
import type { SmoothedQuery } from "./smoothed-query.js";
import { topWeights } from "./top-weights.js";

/**
 * Means of the posterior from a finished scan over atoms under the source N(0, I), of which no other sum is read. What the
 * smoothing adds inside a component is closed form: E[z|x] = m + κ(x − αm), κ = αh²/v, E[ε|x]/β = (x − αm)/v. Eq. (M5), Eq. (M7)
 * @throws RangeError where no atom has a positive weight in float64.
 */
export function scanMeans(state: ScanState, x: Points, { alpha, variance, bandwidth }: SmoothedQuery): Means {
  requireMass(state.mass);
  const kappa = (alpha * bandwidth * bandwidth) / variance;
  const denoiser = zerosLike(x);
  const scaledNoise = zerosLike(x);
  const score = zerosLike(x);
  for (let d = 0; d < x.data.length; d++) {
    const m = state.mean.data[d];
    const residual = x.data[d] - alpha * m;
    denoiser.data[d] = m + kappa * residual;
    scaledNoise.data[d] = residual / variance;
    score.data[d] = -residual / variance;
  }
  return { denoiser, scaledNoise, score };
}

/**
 * All moments of the posterior from a finished scan with all its sums, the means among them. Eq. (M3), Eq. (M5), Eq. (M7)
 * @throws RangeError where no atom has a positive weight in float64.
 */
export function scanMoments(state: ScanState, x: Points, query: SmoothedQuery): Moments {
  const { alpha, variance, bandwidth } = query;
  const D = x.dim;
  const means = scanMeans(state, x, query);
  const kappa = (alpha * bandwidth * bandwidth) / variance;
  const constant = -0.5 * D * Math.log(2 * Math.PI * variance);
  return {
    ...means,
    logDensity: state.mass.map((mass, b) => state.top[b] + Math.log(mass) + constant),
    entropy: state.mass.map((mass, b) => Math.log(mass) - state.logitSum[b] / mass),
    ess: state.mass.map((mass, b) => (mass * mass) / state.massSquared[b]),
    top: topWeights(state.best, state.top, state.mass),
    ...(query.spread ? { spread: spreadOf(state, D, kappa, query) } : {}),
    ...(query.tangent ? { tangent: tangentOf(state, query.tangent, kappa, query) } : {}),
  };
}

/** ∇μ = κI + (1 − ακ)(α/v)Cov_λ and tr Cov(z|x) = (1 − ακ)² tr Cov_λ + D h²β²/v, with 1 − ακ = β²/v. */
function spreadOf(state: ScanState, D: number, kappa: number, { alpha, beta, variance, bandwidth }: SmoothedQuery): Spread {
  const shrink = (beta * beta) / variance;
  const within = bandwidth * bandwidth * shrink * D;
  const cov = state.mass.map((mass, b) => state.spread[b] / mass); // tr Cov_λ [B]
  return {
    traceCov: cov.map((s) => shrink * shrink * s + within),
    denoiserDivergence: cov.map((s) => kappa * D + ((shrink * alpha) / variance) * s),
    scaledNoiseDivergence: cov.map((s) => (D - ((alpha * alpha) / variance) * s) / variance),
  };
}

function tangentOf(state: ScanState, v: Points, kappa: number, { alpha, beta, variance }: SmoothedQuery): Tangent {
  const denoiser = zerosLike(v);
  const scaledNoise = zerosLike(v);
  const shrink = (beta * beta) / variance;
  for (let at = 0; at < v.data.length; at++) {
    const along = (alpha / variance) * ((state.tangent?.data[at] ?? 0) / state.mass[Math.floor(at / v.dim)]); // ∇m·v
    denoiser.data[at] = kappa * v.data[at] + shrink * along;
    scaledNoise.data[at] = (v.data[at] - alpha * along) / variance;
  }
  return { denoiser, scaledNoise };
}
