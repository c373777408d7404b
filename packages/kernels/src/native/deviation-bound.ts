import { outward, type Points, type Scan, type ScanQuery } from "@fluxion/core";

/** What holds for all queries. */
export interface DeviationScale {
  /** max log π_i. */
  readonly heaviest: number;
  /** No less than ‖z_i − c‖ about some c. */
  readonly radius: number;
}

/**
 * No less than √tr Cov_ŵ z of row b, from the mean logit instead of second moments: ℓ = log π − ‖x − αz‖²/2v, so
 *
 *     α² tr Cov = E‖x − αz‖² − ‖x − αm‖² ≤ 2v(max log π − Eℓ) − ‖x − αm‖²,
 *
 * with equality for equal weights. Eℓ = top + logitSum/mass is too small by at most the errors of the logits, of the common shift
 * and of the two sums; ‖x − αm‖ by |α| times that of the mean; and weights whose logits have no bound lie within 2r of the others.
 * Infinite at α = 0, where logits say nothing of the atoms.
 */
export function deviationBound(
  { state, error }: Pick<Scan, "state" | "error">,
  b: number,
  { x, query: { alpha, variance } }: { readonly x: Points; readonly query: ScanQuery },
  { heaviest, radius }: DeviationScale,
): number {
  const [mass = 0, top = 0, logitSum = 0] = [state.mass[b], state.top[b], state.logitSum[b]];
  const [logit = 0, shift = 0, ofMean = 0] = [error.logit[b], error.shift[b], error.mean[b]];
  const [relative = Infinity, skipped = 1] = [error.mass[b], error.skipped[b]];
  if (!(relative < 0.5) || !(mass > 0) || alpha === 0) return Infinity;
  let [apart, sizes] = [0, 0]; // ‖x − αm‖², and what its rounding is relative to
  for (let d = 0, at = b * x.dim; d < x.dim; d++, at++) {
    const [one, other] = [x.data[at] ?? 0, alpha * (state.mean.data[at] ?? 0)];
    apart += (one - other) ** 2;
    sizes += one * one + other * other;
  }
  const size = Math.sqrt(sizes);
  const off = Math.abs(alpha) * ofMean + 4 * Number.EPSILON * size; // of ‖x − αm‖ beside the sum of squares
  const least = Math.max(0, Math.sqrt(apart) * (1 - (x.dim + 4) * Number.EPSILON) - off) ** 2;
  const gap = -logitSum / mass;
  const nats =
    logit + shift + gap * (2 * relative) * (1 + 4 * relative) + 8 * Number.EPSILON * (Math.abs(top) + Math.abs(heaviest) + gap);
  const squares = 2 * variance * (heaviest - top + gap + nats);
  const scale = alpha * alpha;
  const cancelled = 8 * Number.EPSILON * (Math.abs(squares) + least);
  return outward(Math.sqrt(Math.max(0, squares - least + cancelled) / scale + 4 * radius * radius * skipped));
}
