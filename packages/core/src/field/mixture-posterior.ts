import type { Mixture } from "../distribution/index.js";
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

function gaussianComponents({ means, logWeights, variances, axes }: Mixture, { alpha, beta }: PathPoint): Components {
  const { size: K, dim: D } = means;
  const columns = variances.length / K; // D, or 1 where isotropic
  const total = variances.map((v) => alpha * alpha * v + beta * beta); // S [K, columns]
  const constant = new Float64Array(K); // log π_k − ½ Σ log 2πS
  for (let k = 0; k < K; k++) {
    let logDet = 0;
    for (let j = k * columns; j < (k + 1) * columns; j++) logDet += Math.log(total[j]) * (D / columns);
    constant[k] = logWeights[k] - 0.5 * (logDet + D * LOG_TWO_PI);
  }
  const y = new Float64Array(D);
  const onAxes = (k: number, v: Float64Array, out: Float64Array): Float64Array => {
    if (axes === undefined) out.set(v);
    else for (let j = 0; j < D; j++) out[j] = dot(axes.subarray((k * D + j) * D, (k * D + j + 1) * D), v);
    return out;
  };
  const addAxis = (k: number, j: number, scale: number, out: Float64Array): void => {
    if (axes === undefined) out[j] += scale;
    else for (let d = 0; d < D; d++) out[d] += scale * axes[(k * D + j) * D + d];
  };
  const residual = new Float64Array(D);
  const residualOnAxes = (k: number, x: Float64Array): Float64Array => {
    const m = row(means, k);
    for (let d = 0; d < D; d++) residual[d] = x[d] - alpha * m[d];
    return onAxes(k, residual, y);
  };
  const at = (k: number, j: number): number => k * columns + (j % columns);
  return {
    logDensities(x, out) {
      for (let k = 0; k < K; k++) {
        residualOnAxes(k, x);
        let square = 0;
        for (let j = 0; j < D; j++) square += (y[j] * y[j]) / total[at(k, j)];
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
          const share = y[j] / total[at(k, j)]; // y/S
          addAxis(k, j, alpha * variances[at(k, j)] * share, z);
          addAxis(k, j, share, n);
        }
        for (let d = 0; d < D; d++) s[d] = -n[d];
      });
    },
    within(k): WithinComponent {
      const within = { traceCov: 0, denoiserDivergence: 0, scaledNoiseDivergence: 0 };
      for (let j = 0; j < D; j++) {
        const [v, S] = [variances[at(k, j)], total[at(k, j)]];
        within.traceCov += (v * beta * beta) / S;
        within.denoiserDivergence += (alpha * v) / S;
        within.scaledNoiseDivergence += 1 / S;
      }
      return within;
    },
    addTangent(k, r, v, out) {
      onAxes(k, v, y);
      for (let j = 0; j < D; j++) {
        const share = (r * y[j]) / total[at(k, j)];
        addAxis(k, j, alpha * variances[at(k, j)] * share, out.denoiser);
        addAxis(k, j, share, out.scaledNoise);
      }
    },
  };
}

function dot(p: Float64Array, q: Float64Array): number {
  let sum = 0;
  for (let d = 0; d < p.length; d++) sum += p[d] * q[d];
  return sum;
}
