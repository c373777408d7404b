import { cholesky, choleskySolve, logDeterminant, requireSymmetric, solveLower } from "../linalg/index.js";
import { type Points, row, zeros } from "../points/index.js";
import { normal, type Rng } from "../random/index.js";
import { requireDim, type Source } from "./source.js";

const LOG_TWO_PI = Math.log(2 * Math.PI);

/** Which normal distribution: its mean and either its covariance matrix or the variances of independent coordinates. */
export type GaussianSourceOptions = {
  /** m, [D]. @defaultValue the origin */
  readonly mean?: ArrayLike<number>;
} & (
  | {
      /** C, [D, D], row-major, symmetric positive definite. */
      readonly covariance: Float64Array;
    }
  | {
      /** Diagonal of C, [D], positive. */
      readonly variances: ArrayLike<number>;
    }
);

/** A factor L of C = L·Lᵀ as what is done with it; every `out` may be the argument. */
interface Factor {
  readonly dim: number;
  readonly logDet: number;
  /** L·e. */
  colour(e: Float64Array, out: Float64Array): void;
  /** L⁻¹·d. */
  whiten(d: Float64Array, out: Float64Array): void;
  /** C⁻¹·d. */
  solve(d: Float64Array, out: Float64Array): void;
}

function identityFactor(dim: number): Factor {
  const copy = (v: Float64Array, out: Float64Array): void => out.set(v);
  return { dim, logDet: 0, colour: copy, whiten: copy, solve: copy };
}

function diagonalFactor(variances: ArrayLike<number>): Factor {
  const v = Float64Array.from(variances);
  const bad = v.findIndex((value) => !(value > 0 && value < Infinity));
  if (bad >= 0) {
    throw new RangeError(`Cannot make a Gaussian source: variance ${bad} is ${v[bad]}; expected a positive finite number`);
  }
  const map = (f: (value: number, d: number) => number) => (x: Float64Array, out: Float64Array) => {
    for (let d = 0; d < v.length; d++) out[d] = f(x[d], d);
  };
  const deviations = v.map(Math.sqrt);
  return {
    dim: v.length,
    logDet: v.reduce((sum, value) => sum + Math.log(value), 0),
    colour: map((e, d) => e * deviations[d]),
    whiten: map((x, d) => x / deviations[d]),
    solve: map((x, d) => x / v[d]),
  };
}

function fullFactor(covariance: Float64Array): Factor {
  const dim = Math.sqrt(covariance.length);
  if (!Number.isInteger(dim)) {
    throw new RangeError(
      `Cannot make a Gaussian source: the covariance has ${covariance.length} entries; expected a square number`,
    );
  }
  requireSymmetric(covariance, dim, "the covariance of the source");
  const l = cholesky(covariance, dim);
  return {
    dim,
    logDet: logDeterminant(l, dim),
    colour(e, out) {
      for (let i = dim - 1; i >= 0; i--) {
        let sum = 0; // from the last row up, so that e is not overwritten before it is read
        for (let k = 0; k <= i; k++) sum += l[i * dim + k] * e[k];
        out[i] = sum;
      }
    },
    whiten: (d, out) => void solveLower(l, dim, d, out),
    solve: (d, out) => void choleskySolve(l, dim, d, out),
  };
}

function fromFactor(mean: Float64Array, factor: Factor, isotropic: boolean): Source {
  const { dim, logDet } = factor;
  const difference = new Float64Array(dim);
  const minusMean = (x: Points, b: number): Float64Array => {
    for (let d = 0; d < dim; d++) difference[d] = x.data[b * dim + d] - mean[d];
    return difference;
  };
  return {
    dim,
    isotropic,
    sample(rng: Rng, size: number) {
      const x = zeros(size, dim);
      normal(rng, x.data);
      for (let b = 0; b < size; b++) {
        const e = row(x, b);
        factor.colour(e, e);
        for (let d = 0; d < dim; d++) e[d] += mean[d];
      }
      return x;
    },
    logDensity(x, out) {
      requireDim(x, dim);
      for (let b = 0; b < x.size; b++) {
        const white = minusMean(x, b);
        factor.whiten(white, white);
        let square = 0;
        for (let d = 0; d < dim; d++) square += white[d] * white[d];
        out[b] = -0.5 * (square + logDet + dim * LOG_TWO_PI);
      }
      return out;
    },
    score(x, out) {
      requireDim(x, dim);
      for (let b = 0; b < x.size; b++) {
        const score = row(out, b);
        factor.solve(minusMean(x, b), score);
        for (let d = 0; d < dim; d++) score[d] = -score[d];
      }
      return out;
    },
  };
}

/**
 * N(0, I) in R^dim, the usual p_init. Coordinate d of draw b is draw number b·D + d of `normal`.
 * @throws RangeError unless dim is a positive integer.
 */
export function standardNormal(dim: number): Source {
  if (!(Number.isInteger(dim) && dim >= 1)) {
    throw new RangeError(`Cannot make a standard normal source: dim is ${dim}; expected a positive integer`);
  }
  return fromFactor(new Float64Array(dim), identityFactor(dim), true);
}

/**
 * N(m, C). With unequal variances the marginal vector field is no longer a gradient field.
 * @throws RangeError when C is not symmetric positive definite (naming the pivot), or the mean has another length.
 */
export function gaussianSource(options: GaussianSourceOptions): Source {
  const factor = "covariance" in options ? fullFactor(options.covariance) : diagonalFactor(options.variances);
  const mean = Float64Array.from(options.mean ?? new Float64Array(factor.dim));
  if (mean.length !== factor.dim || !mean.every(Number.isFinite)) {
    throw new RangeError(
      `Cannot make a Gaussian source: the mean is [${Array.from(mean).join(", ")}]; expected ${factor.dim} finite numbers`,
    );
  }
  return fromFactor(mean, factor, false);
}
