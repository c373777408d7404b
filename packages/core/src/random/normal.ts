import { normalQuantile } from "./normal-quantile.js";
import { type Rng, uniform } from "./rng.js";

/**
 * Fills `out` with independent standard normal numbers Φ⁻¹(u), one uniform number each, with the same bits everywhere.
 * `out[i]` is draw number `offset + i` of the stream, and grows with draw number `offset + i` of `uniform`.
 * |out[i]| ≤ 8.21, since 2^−53 ≤ u ≤ 1 − 2^−53.
 */
export function normal(rng: Rng, out: Float64Array, offset = 0): Float64Array {
  uniform(rng, out, offset);
  for (let i = 0; i < out.length; i++) out[i] = normalQuantile(out[i]);
  return out;
}
