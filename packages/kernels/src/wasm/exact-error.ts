/**
 * Rounding of the exact scan. Its logits, weights and masses are formed by the operations of the reference scan, with sums
 * in another order, which the bounds of the reference allow for; its exp is within one ulp where they allow two.
 *
 * The mean of a block differs: 128 products are added in order, then these sums, at most 32 of them, so that a product
 * meets n' + 2 roundings, n' = min(n, 128) + ⌈n/128⌉, or over columns n/4 + 3; the denominator n, and one division.
 * Where all weights but the largest are together R ≤ ½, additions lose at most what is added to the term of the top: the
 * bound of the reference, linear in R, holds.
 */
import {
  BLOCK,
  gamma,
  outward,
  type Points,
  type Reach,
  referenceError,
  restShare,
  type ScanError,
  type ScanQuery,
  type ScanState,
  smallestNumber,
  unitRoundoff,
} from "@fluxion/core";

const U = unitRoundoff.float64;

/** Error bounds of an exact scan at x, [B, D], from its own state. */
export function exactError(x: Points, query: ScanQuery, reach: Reach, state: ScanState): ScanError {
  const { norm, radius, size } = reach;
  const error = referenceError(x, query, reach, state);
  const blocks = Math.ceil(size / BLOCK);
  const n = Math.min(size, BLOCK);
  const merges = 2 * (blocks - 1) * U * (norm + 2 * radius);
  const underflow = Math.sqrt(x.dim) * (size + 8) * smallestNumber.float64;
  const worst = gamma(n + Math.min(n, 128) + Math.ceil(n / 128) + 12) * norm + merges + underflow;
  const mean = error.mean.map((_, b) => {
    const relative = error.mass[b] ?? Infinity;
    const rest = restShare({
      mass: state.mass[b] ?? 0,
      logitSum: state.logitSum[b] ?? 0,
      relative,
      logit: error.logit[b] ?? Infinity,
    });
    if (!(rest < 0.25)) return outward(worst);
    return outward(Math.min(worst, 2 * U * norm + 8 * (rest / (1 - rest)) * (norm + radius) + underflow));
  });
  return { ...error, mean };
}
