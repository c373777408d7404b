import { weightedCovariance, weightedMean } from "../distribution/index.js";
import { symmetricEigen, symmetricFunction } from "../linalg/index.js";
import { type Points, requireFinite } from "../points/index.js";

/** A Gaussian with the moments of some features; the covariance may be singular. */
export interface FeatureMoments {
  /** [D]. */
  readonly mean: Float64Array;
  /** [D, D], row-major. */
  readonly covariance: Float64Array;
}

/** Mean and unbiased covariance (divisor n − 1) of rows of features. @throws RangeError for fewer than two rows, or not finite. */
export function featureMoments(features: Points): FeatureMoments {
  const { size } = features;
  if (size < 2) throw new RangeError(`Cannot fit a Gaussian: there are ${size} rows of features; expected at least 2`);
  requireFinite(features, "the features");
  const covariance = weightedCovariance(features).map((v) => (v * size) / (size - 1));
  return { mean: weightedMean(features), covariance };
}

/**
 * The squared Fréchet distance ‖m − m'‖² + tr(C + C' − 2(C^{½} C' C^{½})^{½}) between Gaussians [Dowson1982]: W₂² between them, and
 * of Gaussians fitted to features of a network the number that [Heusel2017] made usual. It depends on the features and, through
 * its bias, on the sample size: state both.
 * Eigenvalues that rounding leaves below zero, by up to 1e-12 of the largest, count as zero.
 * @throws RangeError when dims differ, or a covariance is not symmetric and positive semidefinite.
 */
export function frechetDistance(x: FeatureMoments, y: FeatureMoments): number {
  const dim = x.mean.length;
  if (y.mean.length !== dim) {
    throw new RangeError(`Cannot measure a Fréchet distance: the dims are ${dim} and ${y.mean.length}; expected equal dims`);
  }
  const rootOf = rootAbove(symmetricEigen(x.covariance, dim).values[0]);
  const half = symmetricFunction(x.covariance, dim, rootOf);
  const middle = product(product(half, y.covariance, dim), half, dim);
  for (let i = 0; i < dim; i++) {
    for (let j = 0; j < i; j++) {
      const mean = 0.5 * (middle[i * dim + j] + middle[j * dim + i]);
      middle[i * dim + j] = middle[j * dim + i] = mean;
    }
  }
  const eigen = symmetricEigen(middle, dim).values;
  const overlap = rootAbove(eigen[0]);
  let sum = x.mean.reduce((total, m, d) => total + (m - y.mean[d]) ** 2, 0);
  for (let k = 0; k < dim; k++) sum += x.covariance[k * dim + k] + y.covariance[k * dim + k] - 2 * overlap(eigen[k]);
  return sum;
}

/** λ ↦ √λ, where no λ is below zero by more than rounding of the largest. */
function rootAbove(largest: number): (eigenvalue: number) => number {
  return (eigenvalue) => {
    if (eigenvalue >= 0) return Math.sqrt(eigenvalue);
    if (eigenvalue >= -1e-12 * largest) return 0;
    throw new RangeError(
      `Cannot take the root of a covariance: an eigenvalue is ${eigenvalue} and the largest ${largest}; expected none below 0`,
    );
  };
}

/** A·B for [D, D]. */
function product(a: Float64Array, b: Float64Array, dim: number): Float64Array {
  const out = new Float64Array(dim * dim);
  for (let i = 0; i < dim; i++) {
    for (let k = 0; k < dim; k++) {
      const left = a[i * dim + k];
      for (let j = 0; j < dim; j++) out[i * dim + j] += left * b[k * dim + j];
    }
  }
  return out;
}
