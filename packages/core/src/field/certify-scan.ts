import type { Scan, ScanBackend } from "./scan-backend.js";

/** Rigorous error bounds of what a scan gives, for each query. */
export interface CertifiedScan {
  /** ‖m̂ − m‖ of the mean over atoms, in the units of the data, [B]. */
  readonly mean: Float64Array;
  /** Total variation between the computed and the true posterior weights, [B]. */
  readonly weights: Float64Array;
  /** Of log p_t(x), nats, [B]. */
  readonly logDensity: Float64Array;
  readonly evaluations: number;
  readonly skipped: number;
}

/**
 * Error bounds of a scan from the errors of its parts. With every logit off by at most δ the weights move by at most
 * tanh(δ/2) in total variation, and the mean by that times the diameter; a share τ left out moves it by τ times the
 * diameter; rounding in the sums adds its own.
 */
export function certifyScan(scan: Scan, { radius }: Pick<ScanBackend, "radius">): CertifiedScan {
  const { error } = scan;
  const weights = error.logit.map((delta, b) => Math.tanh(delta / 2) + error.skipped[b]);
  return {
    mean: weights.map((tv, b) => 2 * radius * tv + error.mean[b]),
    weights,
    logDensity: error.logit.map(
      (delta, b) => delta + error.shift[b] + Math.log1p(error.mass[b]) - Math.log1p(-Math.min(error.skipped[b], 1)),
    ),
    evaluations: scan.evaluations,
    skipped: scan.skipped,
  };
}
