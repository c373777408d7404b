import type { WeightedAtoms } from "../field/index.js";
import { type Points, row } from "../points/index.js";
import { proveCapture } from "./prove-capture.js";

/** How many of some points are certain to end at one atom. */
export interface CaptureFraction {
  /** Share of the points with a proof. */
  readonly fraction: number;
  /** The atom that each is proved to end at, −1 without a proof, [B]. */
  readonly atom: Int32Array;
}

/**
 * The share of points x on the path, at one (α, β), from where the exact flow provably ends at one atom, by `proveCapture` at
 * w = x/β, s = α/β. Eq. (M9) A lower bound of the share whose end is decided; it grows to 1 with s. The atom tried is that of the
 * largest π_i·p(x|z_i). O(B·N·D).
 * @throws RangeError when there are no points, β is not positive, or as `proveCapture`.
 */
export function captureFraction(
  atoms: WeightedAtoms,
  x: Points,
  { alpha, beta }: { readonly alpha: number; readonly beta: number },
): CaptureFraction {
  if (x.size === 0 || !(beta > 0)) {
    throw new RangeError(`Cannot count captures: there are ${x.size} points at β = ${beta}; expected points, and β above 0`);
  }
  const atom = Int32Array.from({ length: x.size }, (_, b) => {
    const w = row(x, b).map((v) => v / beta);
    const likeliest = likeliestAtom(atoms, w, alpha / beta);
    return proveCapture(atoms, w, alpha / beta, likeliest) ? likeliest : -1;
  });
  return { fraction: atom.reduce((count, i) => count + (i < 0 ? 0 : 1), 0) / x.size, atom };
}

/** The atom of the largest log π_i + s·w·z_i − s²‖z_i‖²/2: no other can have a proof. */
function likeliestAtom({ points, logWeights }: WeightedAtoms, w: Float64Array, s: number): number {
  let [best, top] = [0, -Infinity];
  for (let i = 0; i < points.size; i++) {
    const logit = row(points, i).reduce((sum, z, d) => sum + s * z * (w[d] - 0.5 * s * z), logWeights[i]);
    if (logit > top) [best, top] = [i, logit];
  }
  return best;
}
