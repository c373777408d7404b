import type { Points } from "../points/index.js";
import type { Coefficients } from "../scheduler/index.js";

/** Where on the path: the signal α and the noise scale β, all that a posterior knows of time. */
export type PathPoint = Pick<Coefficients, "alpha" | "beta">;

/** What a scan computes beyond the means, which cost nothing extra. */
export interface Want {
  /** Traces of the posterior covariance and of the Jacobians: one more pass. @defaultValue false */
  readonly spread?: boolean;
  /** How many of the largest posterior weights to keep. @defaultValue 0 */
  readonly top?: number;
  /** Directions v, [B, D], for Jacobian-vector products: one more pass. */
  readonly tangent?: Points;
  /** Error bounds of the denoiser, where there is an analysis: some microseconds a point. @defaultValue false */
  readonly bound?: boolean;
}

/** The means of p_t(z|x) at each of B points x: all that a velocity needs. Eq. (M5) */
export interface Means {
  /** μ = E[z|x], [B, D]. */
  readonly denoiser: Points;
  /** No less than ‖denoiser − μ‖, rounding included, [B]. Present when `want.bound` and there is an analysis. */
  readonly bound?: Float64Array;
  /** E[ε|x]/β = (x − αμ)/β², [B, D]. */
  readonly scaledNoise: Points;
  /** ∇ log p_t(x), [B, D]. Equals −scaledNoise when the source is N(0, I). Eq. (M7) */
  readonly score: Points;
}

/**
 * What one scan over the data knows of p_t(z|x) at each of B points x. With x = αz + βε, Eq. (M5):
 * posterior mean, mean noise, score and log-density, and how concentrated the posterior is.
 * The noise comes divided by β, which stays finite at β = 0 for smoothed data: the velocity is
 * `α̇·denoiser + ββ̇·scaledNoise` for every source, Eq. (M6).
 */
export interface Moments extends Means {
  /** log p_t(x), nats, [B]. Eq. (M3) */
  readonly logDensity: Float64Array;
  /** Entropy of the posterior weights over the components of the data, nats, [B]. */
  readonly entropy: Float64Array;
  /** Effective sample size 1/Σλ², [B]. */
  readonly ess: Float64Array;
  /** The largest weights and their components, largest first, ties by index; k = min(top, N). */
  readonly top: TopWeights;
  /** Present when `want.spread`. */
  readonly spread?: Spread;
  /** Present when `want.tangent`. */
  readonly tangent?: Tangent;
}

/** The k largest posterior weights of each point. */
export interface TopWeights {
  /** k, the number kept per point. */
  readonly count: number;
  /** [B, k]. */
  readonly indices: Int32Array;
  /** [B, k]. */
  readonly weights: Float64Array;
}

/** Second moments of the posterior, as traces. */
export interface Spread {
  /** tr Cov(z|x), [B]. */
  readonly traceCov: Float64Array;
  /** ∇·μ, [B]; (α/β²)·tr Cov(z|x) when the source is N(0, I). Eq. (M7) */
  readonly denoiserDivergence: Float64Array;
  /** ∇·(E[ε|x]/β), [B]. */
  readonly scaledNoiseDivergence: Float64Array;
}

/** Jacobians applied to the wanted directions. */
export interface Tangent {
  /** (∇μ) v, [B, D]. */
  readonly denoiser: Points;
  /** (∇E[ε|x]/β) v, [B, D]. */
  readonly scaledNoise: Points;
}

/** What is left of the posterior at the end of the path, where p_1 is the data itself and has no density. */
export interface DataLimit {
  /** The nearest atom, or the weighted mean of the nearest ones where several tie, [B, D]. */
  readonly denoiser: Points;
  /** Distance to the nearest atom, [B]. */
  readonly distance: Float64Array;
  /** How many atoms tie for nearest, [B]. */
  readonly ties: Int32Array;
  /** Entropy of the weights over the tied atoms, nats, [B]. */
  readonly entropy: Float64Array;
  /** Effective number of the tied atoms, [B]. */
  readonly ess: Float64Array;
  /** tr Cov over the tied atoms, [B]. */
  readonly traceCov: Float64Array;
  readonly top: TopWeights;
}

/**
 * The seam of the exact field: the posterior p_t(z|x) over one data set, bound once.
 * A backend implements this and nothing else; it never sees a scheduler. Eq. (M5)
 */
export interface Posterior {
  /** D. */
  readonly dim: number;
  /** N, the number of components of the data distribution. */
  readonly size: number;
  /** Whether β = 0 is a singular end (atoms), where only `limit` answers; false for smoothed data. */
  readonly singularAtData: boolean;
  /** The moments at points x, [B, D]. @throws RangeError when β = 0 and the data are atoms, or x is not finite. */
  evaluate(x: Points, at: PathPoint, want?: Want): Moments;
  /** All posterior weights λ_i(x), [B, N]. Eq. (M5) @throws RangeError as `evaluate` does. */
  weights(x: Points, at: PathPoint): Float64Array;
  /** The limit β → 0 at α = 1, by the nearest atoms; `top` of them are kept. @throws RangeError for smoothed data. */
  limit(x: Points, top?: number): DataLimit;
}
