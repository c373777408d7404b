import { type Mixture, type Source, standardNormal } from "../distribution/index.js";
import { atomPosterior } from "./atom-posterior.js";
import type { WeightedAtoms } from "./logits.js";
import { mixturePosterior } from "./mixture-posterior.js";
import type { Posterior } from "./posterior.js";
import { sourcePosterior } from "./source-posterior.js";

/**
 * The exact posterior of a data distribution for a source (N(0, I) unless given), by the closed form that fits: atoms,
 * a kernel density (a mixture with one shared variance), a Gaussian mixture, or atoms under any other source. Eq. (M5)
 * @throws RangeError for a mixture under another source than N(0, I): its posterior has no closed form.
 */
export function posteriorOf(data: WeightedAtoms | Mixture, source?: Source): Posterior {
  const dim = "means" in data ? data.means.dim : data.points.dim;
  const from = source ?? standardNormal(dim);
  if (from.dim !== dim) {
    throw new RangeError(`Cannot bind the data: the source has dim ${from.dim}, the data has dim ${dim}; expected equal dims`);
  }
  if (!("means" in data)) return from.isotropic ? atomPosterior(data) : sourcePosterior(data, from);
  if (!from.isotropic) {
    throw new RangeError(
      "Cannot bind a mixture: its posterior has no closed form under this source; expected the source N(0, I)",
    );
  }
  if (data.sharedVariance === undefined) return mixturePosterior(data);
  return atomPosterior({ points: data.means, logWeights: data.logWeights }, { bandwidth: Math.sqrt(data.sharedVariance) });
}
