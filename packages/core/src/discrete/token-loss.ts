import type { KappaSchedule } from "./kappa-schedule.js";
import { requireHazard, requireLength } from "./rate-field.js";
import { requireShape, type Tokens } from "./tokens.js";

/** What a loss compares, for a batch. */
export interface TokenPrediction {
  /** [B, L, K]; p_{1|t} is their softmax over K, so log-probabilities will do. −∞ is a probability of zero. */
  readonly logits: Float64Array;
  readonly xt: Tokens;
  readonly z: Tokens;
}

/**
 * The generalised KL (Bregman) loss of every token, into `out` [B, L]: with conditional rates v and predicted rates u,
 *
 *     Σ_{y ≠ x} [v log(v/u) − v + u] = κ̇/(1 − κ)·[δ_{z}(x) − p(x) − (1 − δ_{z}(x)) log p(z)].
 *
 * Its integral over t is the relative entropy of the two jump processes, so that, summed over L, it bounds −log p_1(z) from
 * above, in nats. [Shaul2025; Gat2024]
 * @throws RangeError where κ̇/(1 − κ) is infinite, as at t = 1, and for logits without a softmax.
 */
export function generalisedKl(
  schedule: KappaSchedule,
  t: ArrayLike<number>,
  prediction: TokenPrediction,
  out: Float64Array,
): Float64Array {
  requirePrediction(prediction);
  const { logits, xt, z } = prediction;
  const { length: L, vocabulary: K } = z;
  for (let b = 0; b < z.size; b++) {
    const hazard = requireHazard(schedule, t[b]);
    for (let at = b * L; at < (b + 1) * L; at++) {
      const norm = logNorm(logits, at * K, K);
      out[at] =
        hazard === 0
          ? 0
          : hazard * klTerm(logits[at * K + xt.data[at]] - norm, logits[at * K + z.data[at]] - norm, xt.data[at] === z.data[at]);
    }
  }
  return out;
}

/** δ − p(x) − (1 − δ) log p(z) from log p(x) and log p(z), δ = [x = z]; never negative. */
export function klTerm(logOfX: number, logOfZ: number, same: boolean): number {
  return same ? 0 - Math.expm1(logOfX) : 0 - Math.exp(logOfX) - logOfZ;
}

/** The cross-entropy −log p_{1|t}(z^l | x_t) of every token, nats, into `out` [B, L]. @throws RangeError for logits without a softmax. */
export function tokenCrossEntropy(prediction: TokenPrediction, out: Float64Array): Float64Array {
  requirePrediction(prediction);
  const { logits, z } = prediction;
  const K = z.vocabulary;
  for (let at = 0; at < z.data.length; at++) out[at] = logNorm(logits, at * K, K) - logits[at * K + z.data[at]];
  return out;
}

/** Probabilities from logits, row by row of K, into `out`, which may be the logits. @throws RangeError for logits without a softmax. */
export function tokenSoftmax(logits: Float64Array, vocabulary: number, out: Float64Array): Float64Array {
  for (let from = 0; from < logits.length; from += vocabulary) {
    const norm = logNorm(logits, from, vocabulary);
    for (let k = from; k < from + vocabulary; k++) out[k] = Math.exp(logits[k] - norm);
  }
  return out;
}

/** log Σ exp of K logits. */
function logNorm(logits: Float64Array, from: number, K: number): number {
  let top = -Infinity;
  for (let k = from; k < from + K; k++) top = logits[k] > top ? logits[k] : top;
  let mass = 0;
  for (let k = from; k < from + K; k++) mass += Math.exp(logits[k] - top);
  if (mass < Infinity && top < Infinity) return top + Math.log(mass);
  throw new RangeError(
    `Cannot take the softmax of row ${from / K}: its logits have the sum ${mass}; expected numbers, one of them finite`,
  );
}

function requirePrediction({ logits, xt, z }: TokenPrediction): void {
  requireShape(xt, z, "x_t");
  if (xt.size !== z.size) throw new RangeError(`Cannot compare: there are ${xt.size} x_t and ${z.size} z; expected as many`);
  requireLength(z, logits, "the logits");
}
