import type { Points } from "../points/index.js";
import type { PathPoint, Want } from "./posterior.js";
import { requireQuery, requireTangent, requireTop } from "./require.js";
import type { ScanQuery } from "./scan.js";

/** A scan over atoms of bandwidth h at (α, β): its variance is v = β² + α²h². */
export interface SmoothedQuery extends ScanQuery {
  readonly beta: number;
  /** h ≥ 0. */
  readonly bandwidth: number;
}

/** What a query must fit: D, N, and h. */
export interface SmoothedShape {
  readonly dim: number;
  readonly size: number;
  readonly bandwidth: number;
}

/**
 * The scan that gives what is wanted at x, [B, D].
 * @throws RangeError for points, directions or a number of weights that do not fit the data, and as `varianceAt` does.
 */
export function smoothedQuery(x: Points, at: PathPoint, want: Want, { dim, size, bandwidth }: SmoothedShape): SmoothedQuery {
  requireQuery(x, dim);
  requireTangent(x, want.tangent);
  return {
    alpha: at.alpha,
    beta: at.beta,
    bandwidth,
    variance: varianceAt(at, bandwidth),
    spread: want.spread ?? false,
    top: requireTop(want.top ?? 0, size),
    tangent: want.tangent,
  };
}

/**
 * The variance v = β² + α²h² of x around αz_i.
 * @throws RangeError where it is zero or so small that 1/v overflows: atoms have no density there.
 */
export function varianceAt({ alpha, beta }: PathPoint, bandwidth: number): number {
  const variance = beta * beta + alpha * alpha * bandwidth * bandwidth;
  if (0.5 / variance < Infinity) return variance;
  throw new RangeError(
    `Cannot evaluate the posterior at β = ${beta}: atoms have no density there in float64; expected t < 1, or the limit at the data`,
  );
}

/** Throws unless the bandwidth is one. */
export function requireBandwidth(bandwidth: number): void {
  if (bandwidth >= 0 && bandwidth < Infinity) return;
  throw new RangeError(`Cannot smooth the data: the bandwidth is ${bandwidth}; expected a finite number ≥ 0`);
}
