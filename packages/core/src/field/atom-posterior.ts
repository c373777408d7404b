/**
 * The float64 reference of the posterior over atoms, each smoothed with width h ≥ 0, for the source N(0, I).
 * Given z_i, x ~ N(αz_i, v I) with v = β² + α²h², so one scan with variance v gives weights λ, their mean m and spread;
 * what the smoothing adds inside a component is Gaussian and closed form:
 *
 *     E[z|x] = m + κ(x − αm),   κ = αh²/v,   E[ε|x]/β = (x − αm)/v = −∇ log p_t(x)
 */
import { type Points, row, zerosLike } from "../points/index.js";
import { dataLimit } from "./data-limit.js";
import { logitsOf, type WeightedAtoms } from "./logits.js";
import type { Moments, PathPoint, Posterior, Spread, Tangent } from "./posterior.js";
import { refuseLimit, requireMass, requireQuery, requireTangent, requireTop, requireWeights } from "./require.js";
import { type ScanQuery, type ScanState, scanAtoms } from "./scan.js";
import { topWeights } from "./top-weights.js";

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
  if (!(bandwidth >= 0 && bandwidth < Infinity)) {
    throw new RangeError(`Cannot smooth the data: the bandwidth is ${bandwidth}; expected a finite number ≥ 0`);
  }
  const { dim, size } = atoms.points;
  requireWeights(atoms.logWeights, size);
  const varianceAt = ({ alpha, beta }: PathPoint): number => {
    const variance = beta * beta + alpha * alpha * bandwidth * bandwidth;
    if (0.5 / variance < Infinity) return variance;
    throw new RangeError(
      `Cannot evaluate the posterior at β = ${beta}: atoms have no density there in float64; expected t < 1, or the limit at the data`,
    );
  };
  return {
    dim,
    size,
    singularAtData: bandwidth === 0,
    evaluate(x, at, want = {}) {
      requireQuery(x, dim);
      requireTangent(x, want.tangent);
      const query: ScanQuery = {
        alpha: at.alpha,
        variance: varianceAt(at),
        spread: want.spread ?? false,
        top: requireTop(want.top ?? 0, size),
        tangent: want.tangent,
      };
      return finish(scanAtoms(atoms, x, query), x, { ...query, beta: at.beta, bandwidth });
    },
    weights(x, at) {
      requireQuery(x, dim);
      const query = { alpha: at.alpha, variance: varianceAt(at) };
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
      requireQuery(x, dim);
      if (bandwidth > 0) refuseLimit();
      return dataLimit(atoms, x, requireTop(top, size));
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

interface Component extends ScanQuery {
  readonly beta: number;
  readonly bandwidth: number;
}

/** Moments from the finished scan. Eq. (M3), Eq. (M5), Eq. (M7) */
function finish(state: ScanState, x: Points, component: Component): Moments {
  const { alpha, variance, bandwidth } = component;
  const D = x.dim;
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
  const constant = -0.5 * D * Math.log(2 * Math.PI * variance);
  return {
    logDensity: state.mass.map((mass, b) => state.top[b] + Math.log(mass) + constant),
    denoiser,
    scaledNoise,
    score,
    entropy: state.mass.map((mass, b) => Math.log(mass) - state.logitSum[b] / mass),
    ess: state.mass.map((mass, b) => (mass * mass) / state.massSquared[b]),
    top: topWeights(state.best, state.top, state.mass),
    ...(component.spread ? { spread: spreadOf(state, D, kappa, component) } : {}),
    ...(component.tangent ? { tangent: tangentOf(state, component.tangent, kappa, component) } : {}),
  };
}

/** ∇μ = κI + (1 − ακ)(α/v)Cov_λ and tr Cov(z|x) = (1 − ακ)² tr Cov_λ + D h²β²/v, with 1 − ακ = β²/v. */
function spreadOf(state: ScanState, D: number, kappa: number, { alpha, beta, variance, bandwidth }: Component): Spread {
  const shrink = (beta * beta) / variance;
  const within = bandwidth * bandwidth * shrink * D;
  const cov = state.mass.map((mass, b) => state.spread[b] / mass); // tr Cov_λ [B]
  return {
    traceCov: cov.map((s) => shrink * shrink * s + within),
    denoiserDivergence: cov.map((s) => kappa * D + ((shrink * alpha) / variance) * s),
    scaledNoiseDivergence: cov.map((s) => (D - ((alpha * alpha) / variance) * s) / variance),
  };
}

function tangentOf(state: ScanState, v: Points, kappa: number, { alpha, beta, variance }: Component): Tangent {
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
