import type { GaussianSourceOptions } from "../distribution/index.js";
import { componentPosterior, type Posterior, type WeightedAtoms } from "../field/index.js";
import { covarianceSeeing, diagonalSeeing } from "./seeing.js";
import { seenAtoms } from "./seen-atoms.js";

/**
 * The exact posterior over atoms under the source N(m, Σ), in closed form: the data are whitened once, after which a query
 * costs as much as under N(0, I). The values are those of `sourcePosterior(atoms, gaussianSource(options))`, and it has the
 * limit at the data: the nearest atom in the metric Σ⁻¹. Eq. (M5)
 *
 * Unless Σ is a multiple of the identity the marginal vector field is not a gradient: its Jacobian has the antisymmetric
 * part of b(α/β²)·Cov(z|x)Σ⁻¹. It is still E[ẋ|x].
 * @throws RangeError when Σ is not symmetric positive definite, or its dim is not that of the data.
 */
export function anisotropicPosterior(atoms: WeightedAtoms, source: GaussianSourceOptions): Posterior {
  const { dim } = atoms.points;
  const mean = Float64Array.from(source.mean ?? new Float64Array(dim));
  if (mean.length !== dim || !mean.every(Number.isFinite)) {
    throw new RangeError(`Cannot bind the data: the mean of the source is [${mean.join(", ")}]; expected ${dim} finite numbers`);
  }
  const seeing =
    "covariance" in source
      ? covarianceSeeing(source.covariance, mean)
      : diagonalSeeing(inverse(source.variances), mean, "the precisions of the source");
  return componentPosterior(seenAtoms(atoms, seeing));
}

function inverse(variances: ArrayLike<number>): Float64Array {
  const bad = Array.from(variances).findIndex((v) => !(v > 0 && v < Infinity));
  if (bad < 0) return Float64Array.from(variances, (v) => 1 / v);
  throw new RangeError(
    `Cannot bind the data: variance ${bad} of the source is ${variances[bad]}; expected a positive finite number`,
  );
}
