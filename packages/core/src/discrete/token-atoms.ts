import { choice, cumulativeSum, type Rng } from "../random/index.js";
import { sequenceOf, type Tokens, takeSequences } from "./tokens.js";

/** A finite data set of sequences: p_data = Σ_i π_i δ_{z_i}, every z_i once. */
export interface TokenAtoms {
  /** z, [N, L], distinct. */
  readonly z: Tokens;
  /** π, [N], positive, adds up to 1. */
  readonly weights: Float64Array;
}

/**
 * The data set of the given sequences. Equal sequences become one atom with the sum of their weights, in the order in which
 * they first occur; sequences of weight zero are left out.
 * @throws RangeError unless there is a finite weight ≥ 0 for every sequence, and not all are zero.
 */
export function tokenAtoms(z: Tokens, weights: ArrayLike<number> = new Float64Array(z.size).fill(1)): TokenAtoms {
  if (weights.length !== z.size) {
    throw new RangeError(`Cannot weight the sequences: there are ${weights.length} weights; expected ${z.size}`);
  }
  const sums = cumulativeSum(weights);
  const total = sums[sums.length - 1];
  const known = new Map<string, { readonly first: number; weight: number }>();
  for (let i = 0; i < z.size; i++) {
    if (weights[i] === 0) continue;
    const key = sequenceOf(z, i).join(" ");
    const atom = known.get(key);
    if (atom === undefined) known.set(key, { first: i, weight: weights[i] });
    else atom.weight += weights[i];
  }
  const distinct = [...known.values()];
  const rows = distinct.map(({ first }) => first);
  return { z: takeSequences(z, rows), weights: Float64Array.from(distinct, ({ weight }) => weight / total) };
}

/** `size` independent draws from the data; draw b does not depend on `size`. */
export function drawTokenAtoms({ z, weights }: TokenAtoms, rng: Rng, size: number): Tokens {
  return takeSequences(z, choice(rng, cumulativeSum(weights), new Uint32Array(size)));
}

/** H(p_data) = −Σ π_i log π_i, nats. */
export function tokenEntropy({ weights }: TokenAtoms): number {
  return weights.reduce((sum, p) => sum - p * Math.log(p), 0);
}
