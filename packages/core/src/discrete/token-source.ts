import { choice, cumulativeSum, type Rng } from "../random/index.js";
import type { TokenShape, Tokens } from "./tokens.js";

/** The distribution at t = 0: every position is drawn on its own from q. */
export interface TokenSource {
  /** For messages and specs. */
  readonly name: string;
  /** K. */
  readonly vocabulary: number;
  /** q, [K], adds up to 1. */
  readonly probabilities: Float64Array;
}

/**
 * A source with probabilities in proportion to the given weights, [K], for example the frequencies of tokens.
 * @throws RangeError unless they are finite, not negative, and not all zero.
 */
export function tokenSource(weights: ArrayLike<number>, name = "given"): TokenSource {
  const sums = cumulativeSum(weights);
  const total = sums[sums.length - 1];
  return { name, vocabulary: weights.length, probabilities: Float64Array.from(weights, (w) => w / total) };
}

/** All K tokens alike, q = 1/K. */
export function uniformTokens(vocabulary: number): TokenSource {
  return tokenSource(new Float64Array(vocabulary).fill(1), "uniform");
}

/**
 * Nothing but the mask token, which no data have: q = δ_mask. A token that has been unmasked stays. [Gat2024]
 * @param vocabulary K, the mask among them.
 * @throws RangeError unless the mask is one of the K tokens.
 */
export function maskSource(vocabulary: number, mask: number = vocabulary - 1): TokenSource {
  if (!(Number.isInteger(mask) && mask >= 0 && mask < vocabulary)) {
    throw new RangeError(`Cannot mask: the mask token is ${mask}; expected an integer from 0 to ${vocabulary - 1}`);
  }
  return tokenSource(
    Float64Array.from({ length: vocabulary }, (_, k) => (k === mask ? 1 : 0)),
    "mask",
  );
}

/** `size` sequences of L independent tokens of the source; sequence b does not depend on `size`. */
export function drawSourceTokens(source: TokenSource, rng: Rng, { length, size }: Pick<Tokens, "length" | "size">): Tokens {
  const data = choice(rng, cumulativeSum(source.probabilities), new Uint32Array(size * length));
  return { data, size, length, vocabulary: source.vocabulary };
}

/** The least probability of a token that is drawn at all. */
export function leastProbability({ probabilities }: TokenSource): number {
  return probabilities.reduce((least, q) => (q > 0 && q < least ? q : least), 1);
}

/** The space of sequences of length L over the tokens of a source. */
export function shapeOver(source: TokenSource, length: number): TokenShape {
  return { length, vocabulary: source.vocabulary };
}
