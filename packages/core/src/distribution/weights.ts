import { cumulativeSum } from "../random/index.js";

/** Normalised weights in the two forms that are used: logarithms for the posterior, sums for drawing. */
export interface Weights {
  /** log π_i with Σ π_i = 1, [N]. */
  readonly logWeights: Float64Array;
  /** Σ_{j ≤ i} w_j of the weights as given, [N]: the table of `choice`. */
  readonly cumulative: Float64Array;
}

/**
 * Normalises positive weights.
 * @throws RangeError naming the first weight that is not positive and finite: a weight of zero is a row to leave out.
 */
export function normaliseWeights(weights: Float64Array, what: string): Weights {
  const bad = weights.findIndex((w) => !(w > 0 && w < Infinity));
  if (bad >= 0) {
    throw new RangeError(`Cannot use ${what}: weight ${bad} is ${weights[bad]}; expected a positive finite number in every row`);
  }
  const cumulative = cumulativeSum(weights);
  const logTotal = Math.log(cumulative[cumulative.length - 1]);
  return { logWeights: weights.map((w) => Math.log(w) - logTotal), cumulative };
}

/** Checks that there is one weight per row, and makes them equal where none are given. */
export function weightsOrEqual(weights: ArrayLike<number> | undefined, size: number, what: string): Float64Array {
  if (weights === undefined) return new Float64Array(size).fill(1);
  if (weights.length === size) return Float64Array.from(weights);
  throw new RangeError(`Cannot use ${what}: there are ${weights.length} weights; expected one for each of ${size} rows`);
}

/** H(π) = −Σ π_i log π_i in nats: the logarithm of the effective number of atoms, log N where all weigh the same. */
export function weightEntropy(logWeights: Float64Array): number {
  let sum = 0;
  for (const l of logWeights) sum -= Math.exp(l) * l;
  return sum;
}
