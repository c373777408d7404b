import { bits52, fork, type Rng } from "./rng.js";

const RANGE = 4503599627370496; // 2^52

/** Throws unless `n` can bound random integers. */
export function requireBound(n: number, what: string): void {
  if (Number.isInteger(n) && n >= 1 && n <= RANGE) return;
  throw new RangeError(`Cannot draw ${what}: n is ${n}; expected an integer from 1 to 2^52`);
}

/**
 * A 52-bit draw reduced to [0, n) without bias: draws in the incomplete last block of n are rejected, and the next
 * attempt comes from a stream of its own, so that draw number i depends on i alone.
 */
export function reduce(rng: Rng, k: number, n: number, draw: number): number {
  const limit = RANGE - (RANGE % n);
  for (let attempt = 1; k >= limit; attempt++) {
    k = bits52(fork(rng, "rejected", attempt), new Float64Array(1), draw)[0];
  }
  return k % n;
}

/**
 * Fills `out` with unbiased uniform integers of [0, n); `out[i]` is draw number `offset + i` of the stream.
 * @throws RangeError unless n is an integer from 1 to 2^52 and its values fit `out`.
 */
export function integers<T extends Float64Array | Uint32Array>(rng: Rng, n: number, out: T, offset = 0): T {
  requireBound(n, "integers");
  if (out instanceof Uint32Array && n > 2 ** 32) {
    throw new RangeError(`Cannot draw integers: n is ${n}; expected at most 2^32 for a Uint32Array`);
  }
  const draws = bits52(rng, new Float64Array(out.length), offset);
  for (let i = 0; i < out.length; i++) out[i] = reduce(rng, draws[i], n, offset + i);
  return out;
}
