import { philox4x32 } from "./philox.js";

/**
 * A source of random numbers as a value: a 64-bit Philox key. It has no state and nothing consumes it:
 * the i-th draw of an `Rng` is always the same number, on every machine and in any order.
 * Independent draws come from different keys, made by `fork`.
 */
export interface Rng {
  readonly k0: number;
  readonly k1: number;
}

/**
 * The generator of a seed.
 * @throws RangeError unless `seed` is an integer in [0, 2^53).
 */
export function rngOf(seed: number): Rng {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`Cannot seed random numbers: seed is ${seed}; expected an integer from 0 to ${Number.MAX_SAFE_INTEGER}`);
  }
  return { k0: seed >>> 0, k1: Math.floor(seed / 2 ** 32) >>> 0 };
}

/** 32-bit FNV-1a of a label's UTF-16 units. */
function hash(label: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < label.length; i++) h = Math.imul(h ^ label.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

const block = new Uint32Array(4);

/**
 * The generator of a stream, named by labels and numbers: `fork(rng, "batch", step)`. Different names give
 * independent streams; the same name always the same one. Counter word 3 = 1 keeps keys apart from draws (0).
 */
export function fork(rng: Rng, ...name: readonly (string | number)[]): Rng {
  let { k0, k1 } = rng;
  for (const part of name) {
    if (typeof part === "string") philox4x32(hash(part), part.length, 0, 1, k0, k1, block);
    else philox4x32(part >>> 0, Math.floor(part / 2 ** 32) >>> 0, 1, 1, k0, k1, block);
    k0 = block[0];
    k1 = block[1];
  }
  return { k0, k1 };
}

/** The words [4·index, 4·index + 4) of the stream, into `out`. */
export function words(rng: Rng, index: number, out: Uint32Array): void {
  philox4x32(index >>> 0, Math.floor(index / 2 ** 32) >>> 0, 0, 0, rng.k0, rng.k1, out);
}

/** Fills `out` with uniform integers of [0, 2^52), two words each; `out[i]` is draw number `offset + i` of the stream. */
export function bits52(rng: Rng, out: Float64Array, offset = 0): Float64Array {
  const four = new Uint32Array(4);
  let have = -1;
  for (let i = 0; i < out.length; i++) {
    const draw = offset + i;
    const index = Math.floor(draw / 2);
    if (index !== have) {
      words(rng, index, four);
      have = index;
    }
    const at = (draw % 2) * 2;
    out[i] = (four[at] >>> 6) * 67108864 + (four[at + 1] >>> 6); // 26 + 26 bits
  }
  return out;
}

/**
 * Fills `out` with uniform numbers of the open interval (0, 1): (k + ½)/2^52 with k of `bits52`.
 * `out[i]` is draw number `offset + i` of the stream.
 */
export function uniform(rng: Rng, out: Float64Array, offset = 0): Float64Array {
  bits52(rng, out, offset);
  for (let i = 0; i < out.length; i++) out[i] = (out[i] + 0.5) / 4503599627370496; // exact: 53 bits
  return out;
}

/** Draw number `offset` of the stream as one uniform number of (0, 1). */
export function uniformOne(rng: Rng, offset = 0): number {
  return uniform(rng, new Float64Array(1), offset)[0];
}
