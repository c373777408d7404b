import { symmetricEigen } from "../linalg/index.js";
import type { VectorField } from "../ode/index.js";
import { type Points, zerosLike } from "../points/index.js";
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
  const least = values[D - 1];
  if (!(least > 0)) {
    throw new RangeError(
      `Cannot make the field of a Gaussian: its smallest variance is ${least}; expected a positive definite covariance`,
    );
  }
  const rates = new Float64Array(D);
  const setRates = (t: number): Coefficients => {
    const at = scheduler.at(t);
    const { alpha, beta, dAlpha, betaDBeta } = at;
    if (!Number.isFinite(dAlpha)) {
      throw new RangeError(`Cannot evaluate the field of a Gaussian at t = ${t}: α̇ is ${dAlpha}; expected a finite slope`);
    }
    for (let k = 0; k < D; k++) rates[k] = (alpha * dAlpha * values[k] + betaDBeta) / (alpha * alpha * values[k] + beta * beta);
    return at;
  };
  const residual = new Float64Array(D);
  /** out += Σ_k rate_k v_k (v_k · residual). */
  const addStretched = (out: Float64Array): void => {
    for (let k = 0; k < D; k++) {
      let along = 0;
      for (let d = 0, at = k * D; d < D; d++, at++) along += vectors[at] * residual[d];
      along *= rates[k];
      for (let d = 0, at = k * D; d < D; d++, at++) out[d] += along * vectors[at];
    }
  };
  const velocity = ({ alpha, dAlpha }: Coefficients, x: Points, b: number, out: Points): void => {
    const to = out.data.subarray(b * D, (b + 1) * D);
    for (let d = 0; d < D; d++) {
      residual[d] = x.data[b * D + d] - alpha * mean[d];
      to[d] = dAlpha * mean[d];
    }
    addStretched(to);
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
      for (let b = 0; b < v.size; b++) {
        residual.set(v.data.subarray(b * D, (b + 1) * D));
        addStretched(out.data.subarray(b * D, (b + 1) * D).fill(0));
      }
      return out;
    },
  };
}
