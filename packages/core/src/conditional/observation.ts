/**
 * Linear inverse problems y = Az + σn, n ~ N(0, I), solved exactly. Given z the measurement y tells nothing more of x_t, so that
 * p_t(z|x, y) ∝ p_t(x|z)·p(y|z)·p_data(z): the posterior of the same path onto the data given y. Eq. (M5) What samplers of inverse
 * problems approximate is the flow of that path, and it is as exact as any other: `atomPath(scheduler, observeAtoms(…).data)`.
 */
import { type Atoms, atoms, gaussianMixture, type Mixture } from "../distribution/index.js";
import { cholesky, choleskySolve, logDeterminant, matVec, solveLower } from "../linalg/index.js";
import { logSumExp, type Points, row, takeRows, zeros } from "../points/index.js";

/** A measurement y = Az + σn. */
export interface Observation {
  /** A, [M, D], row-major. */
  readonly operator: Float64Array;
  /** y, [M]. */
  readonly value: Float64Array;
  /** σ, above 0. */
  readonly noise: number;
}

/** The data given a measurement. */
export interface Observed<T> {
  /** p(z|y). */
  readonly data: T;
  /** log p(y) = log Σ π_i N(y; Az_i, σ²I), nats. */
  readonly logEvidence: number;
  /** Which atoms or components of the data are left, as their weights are not 0 in float64. */
  readonly kept: Uint32Array;
}

/**
 * Atoms given a measurement: the same points with the weights π_i N(y; Az_i, σ²I).
 * @throws RangeError when the shapes do not fit, a number is not finite or σ is not positive.
 */
export function observeAtoms({ points, logWeights }: Atoms, observation: Observation): Observed<Atoms> {
  const { value, noise } = requireObservation(observation, points.dim);
  const image = new Float64Array(value.length);
  const constant = -value.length * Math.log(noise * Math.sqrt(2 * Math.PI));
  const logs = Float64Array.from({ length: points.size }, (_, i) => {
    matVec(observation.operator, row(points, i), image);
    const square = image.reduce((sum, v, m) => sum + ((v - value[m]) / noise) ** 2, 0);
    return logWeights[i] - 0.5 * square + constant;
  });
  const { kept, weights, logEvidence } = survivors(logs);
  return { data: atoms(takeRows(points, kept), weights), logEvidence, kept };
}

/**
 * A mixture given a measurement: every component stays Gaussian, with S = ACAᵀ + σ²I, gain K = CAᵀS⁻¹, mean m + K(y − Am) and
 * covariance C − KAC, and is weighted by N(y; Am, S).
 * @throws RangeError as `observeAtoms`.
 */
export function observeMixture(mixture: Mixture, observation: Observation): Observed<Mixture> {
  const { means, logWeights } = mixture;
  requireObservation(observation, means.dim);
  const parts = Array.from({ length: means.size }, (_, k) => conditioned(row(means, k), covarianceOf(mixture, k), observation));
  const { kept, weights, logEvidence } = survivors(Float64Array.from(parts, ({ log }, k) => logWeights[k] + log));
  const D = means.dim;
  const left: Points = zeros(kept.length, D);
  const matrices = new Float64Array(kept.length * D * D);
  kept.forEach((k, at) => {
    row(left, at).set(parts[k].mean);
    matrices.set(parts[k].covariance, at * D * D);
  });
  return { data: gaussianMixture({ means: left, covariances: { kind: "full", matrices }, weights }), logEvidence, kept };
}

/** Those whose weight relative to the largest is a positive number of float64. */
function survivors(logs: Float64Array): { kept: Uint32Array; weights: Float64Array; logEvidence: number } {
  const top = logs.reduce((largest, v) => Math.max(largest, v), -Infinity);
  const relative = logs.map((v) => Math.exp(v - top));
  const kept = Uint32Array.from(Array.from(relative.keys()).filter((i) => relative[i] > 0));
  return { kept, weights: Float64Array.from(kept, (i) => relative[i]), logEvidence: logSumExp(logs) };
}

/** C_k, [D, D]. */
function covarianceOf({ means: { dim: D, size }, variances, axes }: Mixture, k: number): Float64Array {
  const out = new Float64Array(D * D);
  const shared = variances.length === size;
  for (let j = 0; j < D; j++) {
    const variance = variances[shared ? k : k * D + j];
    if (axes === undefined) {
      out[j * D + j] = variance;
      continue;
    }
    const axis = axes.subarray((k * D + j) * D, (k * D + j + 1) * D);
    for (let p = 0; p < D; p++) for (let q = 0; q < D; q++) out[p * D + q] += variance * axis[p] * axis[q];
  }
  return out;
}

/** One Gaussian given the measurement, and the log-density of that. */
function conditioned(mean: Float64Array, covariance: Float64Array, { operator, value, noise }: Observation) {
  const [D, M] = [mean.length, value.length];
  const spread = new Float64Array(M * D); // AC
  for (let m = 0; m < M; m++) {
    matVec(covariance, operator.subarray(m * D, (m + 1) * D), spread.subarray(m * D, (m + 1) * D));
  }
  const s = new Float64Array(M * M);
  for (let m = 0; m < M; m++) {
    matVec(operator, spread.subarray(m * D, (m + 1) * D), s.subarray(m * M, (m + 1) * M));
    s[m * M + m] += noise * noise;
  }
  const l = cholesky(s, M);
  const residual = matVec(operator, mean, new Float64Array(M)).map((v, m) => value[m] - v);
  const white = solveLower(l, M, residual, new Float64Array(M));
  const log = -0.5 * (white.reduce((sum, v) => sum + v * v, 0) + logDeterminant(l, M) + M * Math.log(2 * Math.PI));
  const pull = choleskySolve(l, M, residual, new Float64Array(M));
  const moved = Float64Array.from(mean, (v, d) => v + pull.reduce((sum, p, m) => sum + p * spread[m * D + d], 0));
  const rest = covariance.slice();
  const column = new Float64Array(M);
  for (let d = 0; d < D; d++) {
    for (let m = 0; m < M; m++) column[m] = spread[m * D + d];
    const gain = choleskySolve(l, M, column, column);
    for (let p = 0; p < D; p++) for (let m = 0; m < M; m++) rest[d * D + p] -= gain[m] * spread[m * D + p];
  }
  for (let p = 0; p < D; p++) {
    for (let q = 0; q < p; q++) rest[p * D + q] = rest[q * D + p] = 0.5 * (rest[p * D + q] + rest[q * D + p]);
  }
  return { mean: moved, covariance: rest, log };
}

function requireObservation(observation: Observation, dim: number): Observation {
  const { operator, value, noise } = observation;
  const M = value.length;
  if (M === 0 || operator.length !== M * dim) {
    throw new RangeError(
      `Cannot condition on a measurement: the operator has ${operator.length} numbers for ${M} values; expected [${M}, ${dim}], and a value`,
    );
  }
  if (![...operator, ...value].every(Number.isFinite) || !(noise > 0 && noise < Infinity)) {
    throw new RangeError(
      `Cannot condition on a measurement: its noise is ${noise}, or a number is not finite; expected a positive noise, and finite numbers`,
    );
  }
  return observation;
}
