import type { Mixture } from "../distribution/index.js";
import { matVec } from "../linalg/index.js";
import { row } from "../points/index.js";
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
  const total = variances.map((v) => alpha * alpha * v + beta * beta); // S, as `variances`
  const constant = logWeights.map((l, k) => l - 0.5 * logDeterminant(mixture, total, k) - 0.5 * D * LOG_TWO_PI);
  const residual = new Float64Array(D);
  const y = new Float64Array(D);
  const residualOnAxes = (k: number, x: Float64Array): void => {
    const m = row(means, k);
    for (let d = 0; d < D; d++) residual[d] = x[d] - alpha * m[d];
    toAxes(mixture, k, residual, y);
  };
  return {
    logDensities(x, out) {
      for (let k = 0; k < K; k++) {
        residualOnAxes(k, x);
        let square = 0;
        for (let j = 0; j < D; j++) square += (y[j] * y[j]) / total[slot(mixture, k, j)];
        out[k] = constant[k] - 0.5 * square;
      }
    },
    means(x, which, out: ComponentMeans) {
      which.forEach((k, r) => {
        const [z, n, s] = [row(out.denoiser, r), row(out.scaledNoise, r), row(out.score, r)];
        residualOnAxes(k, x);
        z.set(row(means, k));
        n.fill(0);
        for (let j = 0; j < D; j++) {
          const share = y[j] / total[slot(mixture, k, j)]; // y/S
          addAxis(mixture, k, j, alpha * variances[slot(mixture, k, j)] * share, z);
          addAxis(mixture, k, j, share, n);
        }
        for (let d = 0; d < D; d++) s[d] = -n[d];
      });
    },
    within(k): WithinComponent {
      const within = { traceCov: 0, denoiserDivergence: 0, scaledNoiseDivergence: 0 };
      for (let j = 0; j < D; j++) {
        const [v, S] = [variances[slot(mixture, k, j)], total[slot(mixture, k, j)]];
        within.traceCov += (v * beta * beta) / S;
        within.denoiserDivergence += (alpha * v) / S;
        within.scaledNoiseDivergence += 1 / S;
      }
      return within;
    },
    addTangent(k, r, v, out) {
      toAxes(mixture, k, v, y);
      for (let j = 0; j < D; j++) {
        const share = (r * y[j]) / total[slot(mixture, k, j)];
        addAxis(mixture, k, j, alpha * variances[slot(mixture, k, j)] * share, out.denoiser);
        addAxis(mixture, k, j, share, out.scaledNoise);
      }
    },
  };
}

/** Where v_kj stands in the variances, which are [K, D], or [K] where isotropic. */
function slot({ means, variances }: Mixture, k: number, j: number): number {
  return variances.length === means.size ? k : k * means.dim + j;
}

/** Σ_j log S_kj. */
function logDeterminant(mixture: Mixture, total: Float64Array, k: number): number {
  let sum = 0;
  for (let j = 0; j < mixture.means.dim; j++) sum += Math.log(total[slot(mixture, k, j)]);
  return sum;
}

/** The coordinates of v along the axes of component k, into `out`. */
function toAxes({ means, axes }: Mixture, k: number, v: Float64Array, out: Float64Array): void {
  const D = means.dim;
  if (axes === undefined) out.set(v);
  else matVec(axes.subarray(k * D * D, (k + 1) * D * D), v, out);
}

/** out += scale · a_kj. */
function addAxis({ means, axes }: Mixture, k: number, j: number, scale: number, out: Float64Array): void {
  const D = means.dim;
  if (axes === undefined) out[j] += scale;
  else for (let d = 0, at = (k * D + j) * D; d < D; d++) out[d] += scale * axes[at + d];
}
