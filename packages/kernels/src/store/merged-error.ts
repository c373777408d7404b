import type { Points, Reach, ScanError, ScanQuery, ScanState } from "@fluxion/core";

/** A finished scan, to say what its error is. */
export interface MergedScan {
  readonly x: Points;
  readonly query: ScanQuery;
  readonly state: ScanState;
  /** The largest error of any chunk, part by part. */
  readonly widest: ScanError;
  /** Chunks that were merged. */
  readonly chunks: number;
}

/** Unit roundoff of float64. */
const U = Number.EPSILON / 2;

/** An error of zero for B queries: the identity of `widenError`. */
export function noError(size: number): ScanError {
  const zeros = (): Float64Array => new Float64Array(size);
  return { logit: zeros(), shift: zeros(), mean: zeros(), mass: zeros(), skipped: zeros() };
}

/** Makes `out` no less than `other` in every part: a share, or a mean, of a union is between those of its shards. */
export function widenError(out: ScanError, other: ScanError): void {
  for (const part of ["logit", "shift", "mean", "mass", "skipped"] as const) {
    other[part].forEach((value, b) => {
      if (!(value <= (out[part][b] ?? 0))) out[part][b] = value;
    });
  }
}

/**
 * The error of chunks merged from first to last, for a `ChunkScanner` whose chunks know their own. A merge scales and adds
 * masses (5 roundings, the exponential among them) and moves the mean by a share of a gap, so that K of them are off by
 * γ_{8K} of the mass and by twice that of what the data reach in the mean; as nats of a logit the same. [Higham2002, §3.1]
 */
export function mergedChunkError({ widest, chunks }: MergedScan, { norm, radius }: Reach): ScanError {
  const n = 8 * (chunks + 1);
  const gamma = (n * U) / (1 - n * U);
  return {
    ...widest,
    logit: widest.logit.map((error) => error + gamma),
    mass: widest.mass.map((error) => error + gamma),
    mean: widest.mean.map((error) => error + 2 * gamma * (norm + radius)),
  };
}

/**
 * The error with what the rounding of every row to its coding, ‖e_i‖ ≤ `lost`, adds: to a logit
 * |‖x − αz‖² − ‖x − α(z − e)‖²|/(2v) ≤ α‖e‖(2r + α‖e‖)/(2v), r ≥ ‖x − αz_i‖, and to the mean ‖e‖. `reach` holds r, [B].
 */
export function withStorage(
  error: ScanError,
  reach: Float64Array,
  { alpha, variance }: { readonly alpha: number; readonly variance: number },
  lost: number,
): ScanError {
  if (lost === 0) return error;
  const moved = alpha * lost;
  const logit = reach.map((r) => ((moved * (2 * r + moved)) / (2 * variance)) * (1 + 8 * Number.EPSILON));
  return {
    ...error,
    logit: error.logit.map((delta, b) => delta + (logit[b] ?? 0)),
    mean: error.mean.map((delta) => delta + lost),
  };
}
