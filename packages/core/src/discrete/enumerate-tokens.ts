import type { TokenShape, Tokens } from "./tokens.js";

const MOST = 2 ** 20;

/**
 * All K^L sequences, the last position fastest, so that x has the index Σ_l x^l K^{L−1−l}.
 * @throws RangeError for more than 2^20.
 */
export function allTokens({ length, vocabulary }: TokenShape): Tokens {
  const size = vocabulary ** length;
  if (!(size <= MOST)) {
    throw new RangeError(`Cannot enumerate ${vocabulary}^${length} sequences: expected at most ${MOST}`);
  }
  const data = new Uint32Array(size * length);
  for (let b = 0; b < size; b++) {
    for (let l = length - 1, rest = b; l >= 0; l--, rest = Math.floor(rest / vocabulary))
      data[b * length + l] = rest % vocabulary;
  }
  return { data, size, length, vocabulary };
}

/** The index of every sequence in `allTokens`, [B]. */
export function tokenIndex(x: Tokens): Uint32Array {
  const out = new Uint32Array(x.size);
  for (let b = 0; b < x.size; b++) {
    for (let l = 0; l < x.length; l++) out[b] = out[b] * x.vocabulary + x.data[b * x.length + l];
  }
  return out;
}
