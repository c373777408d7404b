import { gamma, outward, type Points, unitRoundoff } from "@fluxion/core";
import type { TargetAtoms } from "./target-atoms.js";
import type { TargetPlace } from "./target-plan.js";

const U = unitRoundoff.float64;

/** Logits of one point by differences, and what they are worth. */
export interface Rechecked {
  /** |ℓ̂_n − ℓ_n| of all that were kept, nats. */
  readonly logit: number;
  /** How many were computed. */
  readonly survivors: number;
}

/**
 * Replaces the logits of one point, known within δ up to a common term, by ones that do not cancel: differences from the atom
 * that the point was made from, without forming x,
 *
 *     ℓ_n = log π_n − ‖r_n‖²/2,   r_n = s(z_j − z_n) + ε
 *
 * for every n that may come within the cut of the largest; the others become −∞. Near the data z_j − z_n of close atoms is
 * exact or nearly, so that only the terms that decide are rounded.
 *
 * Rounding. A coordinate of r is off by at most u(5|s(z_j − z_n)| + |r|) ≤ u(6|r| + 5|ε|), the rounding of s included, and D
 * squares are summed: with Q ≥ ‖r‖²/2 and E = u(6√Q + 5‖ε‖/√2), |δℓ| ≤ γ_{D+4}Q + 2√Q·E + E².
 */
export function recheckLogits(
  { atoms }: TargetAtoms,
  place: TargetPlace,
  noise: Points,
  rough: { readonly logits: Float64Array; readonly delta: number; readonly cut: number },
): Rechecked {
  const { points: z, logWeights } = atoms;
  const { dim: D } = z;
  const { logits, delta, cut } = rough;
  let top = -Infinity;
  for (const l of logits) top = Math.max(top, l);
  const least = top - cut - 4 * delta;
  let found = -Infinity;
  for (let n = 0; n < logits.length; n++) {
    const near = (logits[n] as number) >= least;
    logits[n] = near ? (logWeights[n] as number) - 0.5 * squaredResidual(z, place, noise, n) : -Infinity;
    found = Math.max(found, logits[n] as number);
  }
  let [survivors, deepest] = [0, 0];
  for (let n = 0; n < logits.length; n++) {
    const half = (logWeights[n] as number) - (logits[n] as number);
    // a margin of 1e-9·Q is far more than the error of Q
    if (half < Infinity && (logits[n] as number) + 1e-9 * half >= found - cut) {
      survivors++;
      deepest = Math.max(deepest, half);
    } else logits[n] = -Infinity;
  }
  let squared = 0;
  for (let d = 0, at = place.noise * D; d < D; d++, at++) squared += (noise.data[at] as number) ** 2;
  const Q = outward(deepest * (1 + gamma(D + 12)));
  const E = outward(U * (6 * Math.sqrt(Q) + 5 * Math.sqrt(squared / 2) * (1 + gamma(D + 2))));
  return { logit: outward(gamma(D + 4) * Q + 2 * Math.sqrt(Q) * E + E * E + 4 * U * (Q + Math.abs(found))), survivors };
}

function squaredResidual({ data: z, dim: D }: Points, place: TargetPlace, noise: Points, n: number): number {
  const { snr, row, noise: b, sign } = place;
  let sum = 0;
  for (let d = 0, i = row * D, k = n * D, e = b * D; d < D; d++, i++, k++, e++) {
    const r = snr * ((z[i] as number) - (z[k] as number)) + sign * (noise.data[e] as number);
    sum += r * r;
  }
  return sum;
}
