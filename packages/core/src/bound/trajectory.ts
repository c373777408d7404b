import { outward } from "./rounding.js";

/** A stretch of a trajectory in the coordinates w = x/β, s = α/β where dw/ds = μ(w, s). Eq. (M9) */
export interface Stretch {
  /** s at its beginning. */
  readonly from: number;
  /** s at its end, ≥ `from`. */
  readonly to: number;
  /** No less than ‖dŵ/ds − μ(ŵ, s)‖ along the computed trajectory ŵ. */
  readonly defect: number;
  /** No less than the largest eigenvalue of Cov(z|w) at all points between ŵ and the true trajectory; the trace is one. */
  readonly spread: number;
}

/**
 * ‖ŵ − w‖ at the end of a stretch, from what it was at its beginning, (E5):
 *
 *     δ(to) ≤ (δ(from) + defect·(to − from))·exp(spread·(to² − from²)/2)
 *
 * Proof. ∇_w μ = s·Cov(z|w), so that by the mean value theorem δ' ≤ s·spread·δ + defect; Gronwall's inequality gives
 * δ(to) ≤ δ(from)·e^{Λ(from)} + defect·∫e^{Λ(s)}ds with Λ(s) = spread·(to² − s²)/2, and Λ decreases in s. ∎
 */
export function carriedError(error: number, { from, to, defect, spread }: Stretch): number {
  const entered = error + defect * (to - from);
  if (entered === 0) return 0;
  const exponent = outward((spread * (to - from) * (to + from)) / 2);
  return outward(entered * Math.exp(exponent) * (1 + 2 ** -52 * exponent));
}
