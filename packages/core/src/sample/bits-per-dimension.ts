/** Options of `bitsPerDimension`. */
export interface BitsOptions {
  /**
   * The width in x of one level of the quantised data, for example 2/255 where bytes were scaled to [−1, 1] by 2v/255 − 1. Given,
   * the result is that of the levels; without it, of the density itself, which can be negative.
   */
  readonly levelWidth?: number;
}

/**
 * −log₂ p(x)/D of log-densities in nats, [B]. With a level width δ it is −(log₂ p(x) + D log₂ δ)/D: for x = v + δ·(U − ½), U uniform on
 * [0, 1)^D, its mean over U is at least the −log₂ of the probability p δ^D that the model gives the level v, by Jensen's
 * inequality [Theis2016]; without that noise, at x = v, it is no bound.
 * @throws RangeError unless D is a positive integer, and the width is positive and finite.
 */
export function bitsPerDimension(logDensity: Float64Array, dim: number, { levelWidth = 1 }: BitsOptions = {}): Float64Array {
  if (!(Number.isInteger(dim) && dim >= 1) || !(levelWidth > 0 && levelWidth < Infinity)) {
    throw new RangeError(
      `Cannot count bits per dimension: dim is ${dim}, the level width ${levelWidth}; expected a positive integer and a positive finite number`,
    );
  }
  return logDensity.map((value) => -value / (dim * Math.LN2) - Math.log2(levelWidth));
}
