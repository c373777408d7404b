import { choice, type Rng, sampleWithoutReplacement } from "../random/index.js";
import type { WeightedAtoms } from "./logits.js";

/** Some atoms drawn at random, to stand for all. */
export interface References {
  /** Which atoms, increasing, each once, [m]. */
  readonly indices: Int32Array;
  /** How often each was drawn, [m]. */
  readonly counts: Float64Array;
}

/**
 * M atoms with replacement, with probabilities in proportion to the table `cumulative` of their weights; of the atoms drawn
 * twice there is one with its count.
 */
export function drawWithReplacement(rng: Rng, cumulative: Float64Array, M: number): References {
  const drawn = choice(rng, cumulative, new Uint32Array(M)).sort();
  const indices: number[] = [];
  const counts: number[] = [];
  for (const i of drawn) {
    if (indices.at(-1) === i) counts[counts.length - 1]++;
    else {
      indices.push(i);
      counts.push(1);
    }
  }
  return { indices: Int32Array.from(indices), counts: Float64Array.from(counts) };
}

/** M of N different atoms, every set of them equally likely, and `own` among them where it is given. */
export function drawDifferent(rng: Rng, N: number, M: number, own?: number): References {
  const others = own === undefined ? sampleWithoutReplacement(rng, N, M) : sampleWithoutReplacement(rng, N - 1, M - 1);
  const drawn = own === undefined ? [...others] : [own, ...others.map((i) => (i < own ? i : i + 1))];
  return { indices: Int32Array.from(drawn).sort(), counts: new Float64Array(M).fill(1) };
}

/** The drawn atoms with the log-weights `logWeightOf(k)` of the k-th of them. */
export function gatherReferences(
  { points: { data, dim } }: WeightedAtoms,
  { indices }: References,
  logWeightOf: (k: number) => number,
): WeightedAtoms {
  const gathered = new Float64Array(indices.length * dim);
  for (const [k, i] of indices.entries()) gathered.set(data.subarray(i * dim, (i + 1) * dim), k * dim);
  return {
    points: { data: gathered, size: indices.length, dim },
    logWeights: Float64Array.from(indices, (_, k) => logWeightOf(k)),
  };
}
