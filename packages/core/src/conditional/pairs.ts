import { normaliseWeights, weightsOrEqual } from "../distribution/index.js";
import type { WeightedAtoms } from "../field/index.js";
import { type Points, requireFinite, zeros } from "../points/index.js";

/** A finite coupling of two ends: pairs (x0, x1) with weights, all that a path between the ends knows of it. */
export interface Pairs {
  /** Ends at t = 0, [N, D]. */
  readonly x0: Points;
  /** Ends at t = 1, [N, D]. */
  readonly x1: Points;
  /** log π_i, [N]; the weights sum to one. */
  readonly logWeights: Float64Array;
}

/**
 * Row b of x0 coupled with row b of x1: a mini-batch as it is drawn, or the support of a transport plan with its masses as
 * weights; `takeRows(x1, columnOfRow)` puts an `assignment` in this form.
 * @throws RangeError on unequal shapes, no row, a coordinate that is not finite or a weight that is not positive.
 */
export function pairs(x0: Points, x1: Points, weights?: ArrayLike<number>): Pairs {
  if (x0.size !== x1.size || x0.dim !== x1.dim || x0.size === 0) {
    throw new RangeError(
      `Cannot couple the ends: x0 is [${x0.size}, ${x0.dim}], x1 is [${x1.size}, ${x1.dim}]; expected equal shapes of at least 1 row`,
    );
  }
  requireFinite(x0, "the ends at t = 0");
  requireFinite(x1, "the ends at t = 1");
  const { logWeights } = normaliseWeights(weightsOrEqual(weights, x0.size, "the pairs"), "the pairs");
  return { x0, x1, logWeights };
}

/** The independent coupling of two finite ends: N₀·N₁ pairs, the pair (i, j) in row i·N₁ + j. */
export function allPairs(from: WeightedAtoms, to: WeightedAtoms): Pairs {
  const [n, m] = [from.points.size, to.points.size];
  const { dim } = from.points;
  const [x0, x1] = [zeros(n * m, dim), zeros(n * m, dim)];
  const weights = new Float64Array(n * m);
  for (let at = 0; at < n * m; at++) {
    const [i, j] = [Math.floor(at / m), at % m];
    for (let d = 0; d < dim; d++) {
      x0.data[at * dim + d] = from.points.data[i * dim + d];
      x1.data[at * dim + d] = to.points.data[j * dim + d];
    }
    weights[at] = Math.exp(from.logWeights[i] + to.logWeights[j]);
  }
  if (to.points.dim === dim) return pairs(x0, x1, weights);
  throw new RangeError(`Cannot couple the ends: x0 has dim ${dim}, x1 has dim ${to.points.dim}; expected equal dims`);
}
