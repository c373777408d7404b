import { symmetricEigen } from "../linalg/index.js";
import type { VectorField } from "../ode/index.js";
import { type Points, row, zerosLike } from "../points/index.js";
import type { Coefficients, Scheduler } from "../scheduler/index.js";

/** A Gaussian as a data distribution. */
export interface Gaussian {
  /** m, [D]. */
  readonly mean: Float64Array;
  /** C, [D, D], row-major, symmetric positive definite. */
  readonly covariance: Float64Array;
}

/** The marginal vector field onto a Gaussian: linear in x, so that its Jacobian does not depend on x. */
export interface GaussianField extends VectorField {
  /** D. */
  readonly dim: number;
  /** u_t(x) at one time, [B, D]. */
  evaluate(t: number, x: Points, out: Points): Points;
  /** u_t(x) with a time for each point, t [B]. */
  evaluateAt(t: Float64Array, x: Points, out: Points): Points;
  /** ∇·u_t, the same at every x. */
  divergence(t: number): number;
  /** (∇u_t) v, [B, D]. */
  jvp(t: number, v: Points, out?: Points): Points;
}

/**
 * The exact marginal field from N(0, I) onto N(m, C): with S = α²C + β²I, the covariance of p_t,
 *
 *     u_t(x) = α̇ m + ½ Ṡ S⁻¹ (x − αm)
 *
 * along the axes of C, which are those of S at every time. Eq. (M6) for one component; `mixturePosterior` of that component
 * gives the same values and is some ten times slower.
 * @throws RangeError unless C is symmetric positive definite; where a slope is infinite.
 */
export function gaussianField(scheduler: Scheduler, { mean, covariance }: Gaussian): GaussianField {
  const D = mean.length;
  const { values, vectors } = symmetricEigen(covariance, D);
  requirePositive(values[D - 1]);
  const rates = new Float64Array(D);
  const residual = new Float64Array(D);
  const setRates = (t: number): Coefficients => ratesAt(scheduler.at(t), values, rates);
  const velocity = ({ alpha, dAlpha }: Coefficients, x: Points, b: number, out: Points): void => {
    const to = row(out, b);
    for (let d = 0; d < D; d++) {
      residual[d] = x.data[b * D + d] - alpha * mean[d];
      to[d] = dAlpha * mean[d];
    }
    addStretched(vectors, rates, residual, to);
  };
  return {
    dim: D,
    evaluate(t, x, out) {
      const at = setRates(t);
      for (let b = 0; b < x.size; b++) velocity(at, x, b, out);
      return out;
    },
    evaluateAt(t, x, out) {
      for (let b = 0; b < x.size; b++) velocity(setRates(t[b]), x, b, out);
      return out;
    },
    divergence(t) {
      setRates(t);
      return rates.reduce((sum, rate) => sum + rate, 0);
    },
    jvp(t, v, out = zerosLike(v)) {
      setRates(t);
      for (let b = 0; b < v.size; b++) addStretched(vectors, rates, row(v, b), row(out, b).fill(0));
      return out;
    },
  };
}

function requirePositive(least: number): void {
  if (least > 0) return;
  throw new RangeError(
    `Cannot make the field of a Gaussian: its smallest variance is ${least}; expected a positive definite covariance`,
  );
}

/** ½ Ṡ/S along every axis, S = α²λ + β², into `rates`. */
function ratesAt(at: Coefficients, variances: Float64Array, rates: Float64Array): Coefficients {
  const { alpha, beta, dAlpha, betaDBeta } = at;
  if (!Number.isFinite(dAlpha)) {
    throw new RangeError(`Cannot evaluate the field of a Gaussian: α̇ is ${dAlpha}; expected a time with a finite slope`);
  }
  for (let k = 0; k < rates.length; k++) {
    rates[k] = (alpha * dAlpha * variances[k] + betaDBeta) / (alpha * alpha * variances[k] + beta * beta);
  }
  return at;
}

/** out += Σ_k rate_k v_k (v_k · r), v_k row k of the axes. */
function addStretched(axes: Float64Array, rates: Float64Array, r: Float64Array, out: Float64Array): void {
  const D = r.length;
  for (let k = 0; k < D; k++) {
    let along = 0;
    for (let d = 0, at = k * D; d < D; d++, at++) along += axes[at] * r[d];
    along *= rates[k];
    for (let d = 0, at = k * D; d < D; d++, at++) out[d] += along * axes[at];
  }
}
