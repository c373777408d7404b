import { type Points, row } from "../points/index.js";
import type { ScanQuery } from "./scan.js";
import type { ScanError } from "./scan-backend.js";

/** Unit roundoff of float64. */
const U = Number.EPSILON / 2;

/** γ_n = nu/(1 − nu): the relative error of n roundings in any order. [Higham2002, §3.1] */
const gamma = (n: number): number => (n * U) / (1 - n * U);

/**
 * Rounding error bounds of the float64 reference scan, which forms differences x − αz before squaring them.
 *
 * A squared distance of D terms has relative error γ_{D+3} after the rounding of αz, absolute 2u|αz| a coordinate, which
 * moves it by at most 2‖x − αz‖·2u‖αz‖; so |δℓ| ≤ (γ_{D+5}·r² + 4u·r·α‖z‖)/(2v) with r ≤ ‖x‖ + α·max‖z‖, and the addition of
 * log π adds one more rounding. Sums of N weights in blocks: γ_{N+…} is replaced by the depth of the blocked sum.
 */
export function referenceError(
  x: Points,
  { alpha, variance }: Pick<ScanQuery, "alpha" | "variance">,
  { norm, radius, size }: { readonly norm: number; readonly radius: number; readonly size: number },
): ScanError {
  const D = x.dim;
  const depth = Math.min(size, 4096) + Math.ceil(size / 4096) + 8; // additions in a row: inside a block, then over blocks
  const error = {
    logit: new Float64Array(x.size),
    shift: new Float64Array(x.size),
    mean: new Float64Array(x.size),
    mass: new Float64Array(x.size).fill(gamma(depth)),
    skipped: new Float64Array(x.size),
  };
  for (let b = 0; b < x.size; b++) {
    const reach = Math.hypot(...row(x, b)) + alpha * norm;
    const logit = (gamma(D + 5) * reach * reach + 4 * U * reach * alpha * norm) / (2 * variance);
    error.logit[b] = logit;
    error.mean[b] = 2 * gamma(depth) * (norm + radius);
  }
  return error;
}
