import { type Points, row } from "../points/index.js";
import type { Mixture } from "./mixture.js";

/** Weights π_i from their logarithms, or 1/N for each. */
function weightsOf(size: number, logWeights: Float64Array | undefined): Float64Array {
  return logWeights === undefined ? new Float64Array(size).fill(1 / size) : logWeights.map(Math.exp);
}

/** Σ π_i z_i, [D]; π_i = 1/N unless given. */
export function weightedMean(points: Points, logWeights?: Float64Array): Float64Array {
  const { size, dim } = points;
  const weights = weightsOf(size, logWeights);
  const out = new Float64Array(dim);
  for (let i = 0; i < size; i++) {
    for (let d = 0; d < dim; d++) out[d] += weights[i] * points.data[i * dim + d];
  }
  return out;
}

/** Σ π_i (z_i − z̄)(z_i − z̄)ᵀ, [D, D], row-major, with divisor one; O(N·D²). */
export function weightedCovariance(points: Points, logWeights?: Float64Array): Float64Array {
  const { size, dim } = points;
  const weights = weightsOf(size, logWeights);
  const mean = weightedMean(points, logWeights);
  const out = new Float64Array(dim * dim);
  const centred = new Float64Array(dim);
  for (let i = 0; i < size; i++) {
    const z = row(points, i);
    for (let d = 0; d < dim; d++) centred[d] = z[d] - mean[d];
    for (let p = 0; p < dim; p++) {
      const left = weights[i] * centred[p];
      for (let q = 0; q <= p; q++) out[p * dim + q] += left * centred[q];
    }
  }
  for (let p = 0; p < dim; p++) for (let q = 0; q < p; q++) out[q * dim + p] = out[p * dim + q];
  return out;
}

/** tr Cov = Σ π_i ‖z_i − z̄‖² in O(N·D): the spread that the posterior has at t = 0. */
export function totalVariance(points: Points, logWeights?: Float64Array): number {
  const { size, dim } = points;
  const weights = weightsOf(size, logWeights);
  const mean = weightedMean(points, logWeights);
  let total = 0;
  for (let i = 0; i < size; i++) {
    let square = 0;
    for (let d = 0; d < dim; d++) square += (points.data[i * dim + d] - mean[d]) ** 2;
    total += weights[i] * square;
  }
  return total;
}

/** Σ π_k m_k, [D]. */
export function mixtureMean({ means, logWeights }: Mixture): Float64Array {
  return weightedMean(means, logWeights);
}

/** Σ π_k C_k + Cov(m), [D, D], row-major: the law of total covariance. */
export function mixtureCovariance({ means, logWeights, variances, axes }: Mixture): Float64Array {
  const D = means.dim;
  const columns = variances.length / means.size;
  const out = weightedCovariance(means, logWeights);
  for (let k = 0; k < means.size; k++) {
    const weight = Math.exp(logWeights[k]);
    for (let j = 0; j < D; j++) {
      const v = weight * variances[k * columns + (j % columns)];
      if (axes === undefined) {
        out[j * D + j] += v;
        continue;
      }
      const axis = axes.subarray((k * D + j) * D, (k * D + j + 1) * D);
      for (let p = 0; p < D; p++) for (let q = 0; q < D; q++) out[p * D + q] += v * axis[p] * axis[q];
    }
  }
  return out;
}
