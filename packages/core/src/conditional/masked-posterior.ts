import { componentPosterior, type Posterior, type WeightedAtoms } from "../field/index.js";
import { diagonalSeeing } from "./seeing.js";
import { seenAtoms } from "./seen-atoms.js";

/**
 * The exact posterior given some coordinates of x, or given all with weights M_d ≥ 0, under the source N(0, I): Eq. (M5)
 *
 *     λ_i ∝ π_i exp(−Σ_d M_d (x_d − αz_id)²/(2β²))
 *
 * With M_d ∈ {0, 1} it is p_t(z | x_d : M_d = 1): what is known of a picture in which the rest is masked, and the patch
 * posterior of local denoisers [Kamb2025]. The denoiser fills in the hidden coordinates, their score is 0, and the velocity
 * is E[ẋ | seen x]: α̇μ_d on a hidden coordinate. With other positive weights it is the posterior under independent noise of
 * variance 1/M_d. `logDensity` is that of the seen coordinates; at the data the nearest atoms are those by Σ M_d(x_d − z_d)².
 * @throws RangeError unless there is one finite M_d ≥ 0 for each coordinate and one is positive, or the weights do not sum to one.
 */
export function maskedPosterior(atoms: WeightedAtoms, mask: ArrayLike<number>): Posterior {
  const seeing = diagonalSeeing(Float64Array.from(mask), new Float64Array(mask.length), "the mask");
  return componentPosterior(seenAtoms(atoms, seeing));
}
