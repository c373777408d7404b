import { cholesky, choleskySolve, logDeterminant, requireSymmetric, solveLower } from "../linalg/index.js";

/**
 * How precisely a point x = αz + βε is seen, as the law of its noise ε ~ N(m, Σ) with Σ⁻¹ = WᵀW: every direction alike, some
 * better than others, or some not at all, where W has no rank. Only WᵀW enters the posterior.
 */
export interface Seeing {
  /** D. */
  readonly dim: number;
  /** How many directions are seen at all. */
  readonly rank: number;
  /** log det WᵀW over the directions that are seen. */
  readonly logDet: number;
  /** m, [D]. */
  readonly mean: Float64Array;
  /** 1 where coordinate d is seen, 0 where it is hidden, [D]. */
  readonly seen: Uint8Array;
  /** W v into the first r entries of `out`, which may be `v`. */
  whiten(v: Float64Array, out: Float64Array): void;
  /** WᵀW v; `out` may be `v`. */
  precision(v: Float64Array, out: Float64Array): void;
}

/**
 * Coordinates with precisions M_d ≥ 0: the noise of coordinate d has variance 1/M_d, and none is seen where M_d = 0.
 * @throws RangeError unless all are finite and ≥ 0, and one is positive.
 */
export function diagonalSeeing(precisions: Float64Array, mean: Float64Array, what: string): Seeing {
  const bad = precisions.findIndex((m) => !(m >= 0 && m < Infinity));
  if (bad >= 0) {
    throw new RangeError(`Cannot use ${what}: entry ${bad} is ${precisions[bad]}; expected a finite number ≥ 0`);
  }
  const positive = precisions.filter((m) => m > 0);
  if (positive.length === 0) throw new RangeError(`Cannot use ${what}: no coordinate is seen; expected a positive entry`);
  const shown = Int32Array.from([...precisions.keys()].filter((d) => precisions[d] > 0));
  const roots = positive.map(Math.sqrt);
  return {
    dim: precisions.length,
    rank: positive.length,
    logDet: positive.reduce((sum, m) => sum + Math.log(m), 0),
    mean,
    seen: Uint8Array.from(precisions, (m) => (m > 0 ? 1 : 0)),
    whiten(v, out) {
      for (let k = 0; k < shown.length; k++) out[k] = roots[k] * v[shown[k]];
    },
    precision(v, out) {
      for (let d = 0; d < precisions.length; d++) out[d] = precisions[d] * v[d];
    },
  };
}

/** The noise N(m, Σ) with Σ = LLᵀ, so that W = L⁻¹. @throws RangeError unless Σ is symmetric positive definite. */
export function covarianceSeeing(covariance: Float64Array, mean: Float64Array): Seeing {
  const dim = mean.length;
  if (covariance.length !== dim * dim) {
    throw new RangeError(
      `Cannot use the covariance of the source: it has ${covariance.length} entries; expected [${dim}, ${dim}]`,
    );
  }
  requireSymmetric(covariance, dim, "the covariance of the source");
  const factor = cholesky(covariance, dim);
  return {
    dim,
    rank: dim,
    logDet: -logDeterminant(factor, dim),
    mean,
    seen: new Uint8Array(dim).fill(1),
    whiten: (v, out) => void solveLower(factor, dim, v, out),
    precision: (v, out) => void choleskySolve(factor, dim, v, out),
  };
}
