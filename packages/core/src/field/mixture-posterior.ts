import type { Mixture } from "../distribution/index.js";
import { componentPosterior } from "./component-posterior.js";
import type { ComponentMeans, Components, WithinComponent } from "./components.js";
import type { PathPoint, Posterior } from "./posterior.js";
import { refuseLimit, requireWeights } from "./require.js";

const LOG_TWO_PI = Math.log(2 * Math.PI);

/**
 * The exact posterior of a Gaussian mixture Σ π_k N(m_k, C_k) under the source N(0, I). Along the axes of C_k, with
 * variances λ and S = α²λ + β², the residual y of x − αm_k gives Eq. (M5)
 *
 *     log p_t(x|k) = −½ Σ (y²/S + log 2πS)     E[z|x,k] = m_k + (αλ/S)·y     E[ε|x,k]/β = y/S = −∇ log p_t(x|k)
 *
 * Nothing divides by β: S > 0 at β = 0, so the field is finite on the whole of [0, 1]. Cost K·D a point, K·D² with axes.
 */
export function mixturePosterior(mixture: Mixture): Posterior {
  const { means, logWeights } = mixture;
  requireWeights(logWeights, means.size);
  return componentPosterior({
    dim: means.dim,
    size: means.size,
    singularAtData: false,
    limit: refuseLimit,
    at: (point) => gaussianComponents(mixture, point),
  });
}

function gaussianComponents(mixture: Mixture, { alpha, beta }: PathPoint): Components {
  const { means, logWeights, variances } = mixture;
  const { size: K, dim: D } = means;
  const { toAxes, addFromAxes } = axesOf(mixture);
  const total = variances.map((v) => alpha * alpha * v + beta * beta); // S, as `variances`
  const inverse = total.map((S) => 1 / S); // divided once, not for every point
  const constant = logWeights.map((l, k) => l - 0.5 * logDeterminant(mixture, total, k) - 0.5 * D * LOG_TWO_PI);
  const step = variances.length === K ? 0 : 1; // from v_kj to v_k,j+1: none where isotropic
  const first = (k: number): number => (step === 0 ? k : k * D); // where v_k0 stands
  const y = new Float64Array(D); // on the axes: x − αm, then y/S
  const gain = new Float64Array(D); // on the axes: αλy/S
  const residual = new Float64Array(D);
  const residualOnAxes = (k: number, x: Float64Array): void => {
    for (let d = 0; d < D; d++) residual[d] = x[d] - alpha * means.data[k * D + d];
    toAxes(k, residual, y);
  };
  const divide = (k: number): void => {
    for (let j = 0, at = first(k); j < D; j++, at += step) {
      y[j] *= inverse[at];
      gain[j] = alpha * variances[at] * y[j];
    }
  };
  return {
    logDensities(x, out) {
      for (let k = 0; k < K; k++) {
        residualOnAxes(k, x);
        let square = 0;
        for (let j = 0, at = first(k); j < D; j++, at += step) square += y[j] * y[j] * inverse[at];
        out[k] = constant[k] - 0.5 * square;
      }
    },
    means(x, which, { denoiser, scaledNoise, score }: ComponentMeans) {
      scaledNoise.data.fill(0);
      for (let r = 0; r < which.length; r++) {
        const k = which[r];
        residualOnAxes(k, x);
        divide(k);
        for (let d = 0; d < D; d++) denoiser.data[r * D + d] = means.data[k * D + d];
        addFromAxes(k, gain, denoiser.data, r * D);
        addFromAxes(k, y, scaledNoise.data, r * D);
        for (let d = r * D; d < (r + 1) * D; d++) score.data[d] = -scaledNoise.data[d];
      }
    },
    within(k, out: WithinComponent) {
      out.traceCov = out.denoiserDivergence = out.scaledNoiseDivergence = 0;
      for (let j = 0, at = first(k); j < D; j++, at += step) {
        out.traceCov += variances[at] * beta * beta * inverse[at];
        out.denoiserDivergence += alpha * variances[at] * inverse[at];
        out.scaledNoiseDivergence += inverse[at];
      }
    },
    addTangent(k, r, v, out) {
      for (let d = 0; d < D; d++) residual[d] = r * v[d];
      toAxes(k, residual, y);
      divide(k);
      addFromAxes(k, gain, out.denoiser, 0);
      addFromAxes(k, y, out.scaledNoise, 0);
    },
  };
}

/** Σ_j log S_kj. */
function logDeterminant({ means: { size: K, dim: D } }: Mixture, total: Float64Array, k: number): number {
  if (total.length === K) return D * Math.log(total[k]);
  let sum = 0;
  for (let j = 0; j < D; j++) sum += Math.log(total[k * D + j]);
  return sum;
}

/** The change of coordinates to the axes of a component and back. */
interface Axes {
  /** (a_kj·v)_j into `out`. */
  toAxes(k: number, v: Float64Array, out: Float64Array): void;
  /** Adds Σ_j c_j a_kj to out[from], …, out[from + D − 1]. */
  addFromAxes(k: number, c: Float64Array, out: Float64Array, from: number): void;
}

function axesOf({ means: { dim: D }, axes }: Mixture): Axes {
  if (axes === undefined) {
    return {
      toAxes(_, v, out) {
        for (let j = 0; j < D; j++) out[j] = v[j];
      },
      addFromAxes(_, c, out, from) {
        for (let j = 0; j < D; j++) out[from + j] += c[j];
      },
    };
  }
  return {
    toAxes(k, v, out) {
      for (let j = 0, at = k * D * D; j < D; j++) {
        let sum = 0;
        for (let d = 0; d < D; d++, at++) sum += axes[at] * v[d];
        out[j] = sum;
      }
    },
    addFromAxes(k, c, out, from) {
      for (let j = 0, at = k * D * D; j < D; j++) for (let d = 0; d < D; d++, at++) out[from + d] += c[j] * axes[at];
    },
  };
}
