import { type Rng, words } from "./rng.js";

/** Fills `out` with independent fair signs ±1, one bit each; `out[i]` is draw number `offset + i` of the stream. */
export function rademacher(rng: Rng, out: Float64Array, offset = 0): Float64Array {
  const four = new Uint32Array(4);
  let have = -1;
  for (let i = 0; i < out.length; i++) {
    const draw = offset + i;
    const index = Math.floor(draw / 128);
    if (index !== have) {
      words(rng, index, four);
      have = index;
    }
    const bit = draw % 128;
    out[i] = (four[bit >>> 5] >>> (bit & 31)) & 1 ? 1 : -1;
  }
  return out;
}
