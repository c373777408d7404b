import { type Rng, uniform } from "./rng.js";

/**
 * Σ_{j ≤ i} w_j as the table that `choice` searches, [N].
 * @throws RangeError unless every weight is finite and non-negative and their sum is at least 1e-300, so that a uniform
 * number times the sum never rounds to the sum, and finite.
 */
export function cumulativeSum(weights: ArrayLike<number>): Float64Array {
  const out = new Float64Array(weights.length);
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    if (!(weights[i] >= 0 && weights[i] < Infinity)) {
      throw new RangeError(`Cannot sum weights: weight ${i} is ${weights[i]}; expected a finite number ≥ 0`);
    }
    total += weights[i];
    out[i] = total;
  }
  if (!(total >= 1e-300 && total < Infinity)) {
    throw new RangeError(`Cannot sum weights: the sum is ${total}; expected a finite number of at least 1e-300`);
  }
  return out;
}

/** The first i with cumulative[i] > level; an index of weight zero is never met. */
function search(cumulative: Float64Array, level: number): number {
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (cumulative[middle] > level) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Fills `out` with indices drawn with replacement with probabilities in proportion to the weights, by inversion of
 * `cumulative = cumulativeSum(weights)`; `out[i]` is draw number `offset + i`, and grows with that draw of `uniform`.
 */
export function choice(rng: Rng, cumulative: Float64Array, out: Uint32Array, offset = 0): Uint32Array {
  const draws = uniform(rng, new Float64Array(out.length), offset);
  const total = cumulative[cumulative.length - 1];
  for (let i = 0; i < out.length; i++) out[i] = search(cumulative, draws[i] * total);
  return out;
}
