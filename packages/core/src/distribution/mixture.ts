import { cholesky, requireSymmetric, symmetricEigen } from "../linalg/index.js";
import { type Points, requireFinite, row, zeros } from "../points/index.js";
import { choice, fork, normal, type Rng } from "../random/index.js";
import type { Atoms, Draws } from "./atoms.js";
import { normaliseWeights, type Weights, weightsOrEqual } from "./weights.js";

/**
 * p_data = Σ π_k N(m_k, C_k), with C_k = Σ_j v_kj a_kj a_kjᵀ kept as variances v along orthonormal axes a: on the path
 * component k has covariance α²C_k + β²I, which has the same axes at every time and the variances α²v + β².
 */
export interface Mixture extends Weights {
  /** m_k, [K, D]. */
  readonly means: Points;
  /** v_kj, positive: [K, D], or [K] where every C_k is a multiple of the identity. */
  readonly variances: Float64Array;
  /** a_kj, [K, D, D]: row j of block k. Absent where the axes are those of the coordinates. */
  readonly axes?: Float64Array;
  /** h² where every C_k = h²·I with one h: atoms smoothed by one kernel. */
  readonly sharedVariance?: number;
}

/** Covariances of the K components, in the shape that the user has them. */
export type Covariances =
  /** C_k = v_k·I. */
  | { readonly kind: "isotropic"; readonly variances: ArrayLike<number> }
  /** C_k = diag(v_k), [K, D]. */
  | { readonly kind: "diagonal"; readonly variances: ArrayLike<number> }
  /** [K, D, D], row-major, symmetric positive definite. */
  | { readonly kind: "full"; readonly matrices: ArrayLike<number> };

/** A Gaussian mixture as the user writes it. */
export interface MixtureOptions {
  /** [K, D]. */
  readonly means: Points;
  readonly covariances: Covariances;
  /** [K], positive; need not sum to one. @defaultValue equal */
  readonly weights?: ArrayLike<number>;
}

function checked(values: ArrayLike<number>, length: number, what: string): Float64Array {
  if (values.length !== length) {
    throw new RangeError(`Cannot make a mixture: there are ${values.length} ${what}; expected ${length}`);
  }
  return Float64Array.from(values);
}

function positive(variances: Float64Array, columns: number): Float64Array {
  const bad = variances.findIndex((v) => !(v > 0 && v < Infinity));
  if (bad < 0) return variances;
  const component = Math.floor(bad / columns);
  throw new RangeError(
    `Cannot make a mixture: component ${component} has variance ${variances[bad]}; expected a positive finite number`,
  );
}

/** Variances and axes of full covariance matrices. */
function principal(matrices: Float64Array, K: number, D: number): Pick<Mixture, "variances" | "axes"> {
  const variances = new Float64Array(K * D);
  const axes = new Float64Array(K * D * D);
  for (let k = 0; k < K; k++) {
    const matrix = matrices.subarray(k * D * D, (k + 1) * D * D);
    requireSymmetric(matrix, D, `the covariance of component ${k}`);
    cholesky(matrix, D); // the proof of definiteness, with the pivot in its message
    const { values, vectors } = symmetricEigen(matrix, D);
    variances.set(values, k * D);
    axes.set(vectors, k * D * D);
  }
  return { variances: positive(variances, D), axes };
}

/**
 * A Gaussian mixture as the distribution of the data.
 * @throws RangeError on a wrong count, a mean that is not finite, a weight that is not positive, or a covariance that is
 * not symmetric positive definite; the message names the component or pivot.
 */
export function gaussianMixture({ means, covariances, weights }: MixtureOptions): Mixture {
  const { size: K, dim: D } = means;
  if (K === 0) throw new RangeError("Cannot make a mixture: there are no components; expected at least 1");
  requireFinite(means, "the means of the mixture");
  const parts = { means, ...normaliseWeights(weightsOrEqual(weights, K, "the mixture"), "the mixture") };
  switch (covariances.kind) {
    case "isotropic": {
      const variances = positive(checked(covariances.variances, K, "isotropic variances"), 1);
      return variances.every((v) => v === variances[0])
        ? { ...parts, variances, sharedVariance: variances[0] }
        : { ...parts, variances };
    }
    case "diagonal":
      return { ...parts, variances: positive(checked(covariances.variances, K * D, "diagonal variances"), D) };
    case "full":
      return { ...parts, ...principal(checked(covariances.matrices, K * D * D, "entries of covariance matrices"), K, D) };
    default:
      throw new TypeError(`Cannot make a mixture: ${JSON.stringify(covariances satisfies never)} is not a kind of covariances`);
  }
}

/**
 * The kernel density Σ π_i N(z_i, h²·I): every atom smoothed with one width h.
 * @throws RangeError unless h is positive and finite.
 */
export function kernelDensity({ points, logWeights, cumulative }: Atoms, bandwidth: number): Mixture {
  const variance = bandwidth * bandwidth;
  if (!(bandwidth > 0 && variance > 0 && variance < Infinity)) {
    throw new RangeError(`Cannot smooth the data: the bandwidth is ${bandwidth}; expected a positive finite number`);
  }
  const variances = new Float64Array(points.size).fill(variance);
  return { means: points, logWeights, cumulative, variances, sharedVariance: variance };
}

/** `size` independent draws of the mixture; draw b does not depend on `size`. */
export function sampleMixture(rng: Rng, mixture: Mixture, size: number): Draws {
  const { means, variances, axes, cumulative } = mixture;
  const D = means.dim;
  const columns = variances.length / means.size; // D, or 1 where isotropic
  const indices = choice(fork(rng, "component"), cumulative, new Uint32Array(size));
  const noise = normal(fork(rng, "noise"), new Float64Array(size * D));
  const points = zeros(size, D);
  for (let b = 0; b < size; b++) {
    const k = indices[b];
    const x = row(points, b);
    x.set(row(means, k));
    for (let j = 0; j < D; j++) {
      const step = Math.sqrt(variances[k * columns + (j % columns)]) * noise[b * D + j];
      if (axes === undefined) x[j] += step;
      else for (let d = 0; d < D; d++) x[d] += step * axes[(k * D + j) * D + d];
    }
  }
  return { points, indices };
}
