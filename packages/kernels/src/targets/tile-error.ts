import { gamma, outward, restShare, type ScanError, type ScanState, unitRoundoff } from "@fluxion/core";
import type { TileQuery } from "./tile-scan.js";

const U = unitRoundoff.float64;

/** Rounding of one point of a tile, and of what was known of it before. */
export interface PointError {
  /** δ of the logits, nats. */
  readonly logit: number;
  /** Bound of the common shift of the logits, nats. */
  readonly shift: number;
  /** Error of the mean, given the weights, where it was not summed by `sumTile`. */
  readonly mean: number | undefined;
}

/** An error record for P points, to be filled. */
export function emptyError(size: number): ScanError {
  const each = (): Float64Array => new Float64Array(size);
  return { logit: each(), shift: each(), mean: each(), mass: each(), skipped: each() };
}

/**
 * Bounds of what `scanTile` computed for point p, with those of its logits. Exponentials, and the rounding of ℓ − top ≥ −cut,
 * count as nats of the logits. A product in a mean meets at most N/4 additions of groups, three of every cached block, and
 * three in its group; the mass N. Where all weights but the largest amount to R relative to it, additions lose at most a few
 * R, for fl(a + b) − a − b is at most min(u|a + b|, |b|). Of what was left out each weighs at most e^(2δ − cut) of the largest.
 */
export function setError(
  error: ScanError,
  p: number,
  { logit, shift, mean }: PointError,
  about: {
    readonly state: ScanState;
    readonly query: TileQuery;
    readonly size: number;
    readonly norm: number;
    readonly radius: number;
  },
): void {
  const { state, query, size: N, norm, radius } = about;
  const blocks = Math.ceil((N * 8 * state.mean.dim) / 2 ** 18) + 1;
  const delta = outward(logit + gamma(2 * query.cut + 10));
  const mass = gamma(N + 10 + (query.spread ? state.mean.dim : 0));
  const rest = restShare({
    mass: state.mass[p] as number,
    logitSum: state.logitSum[p] as number,
    relative: mass,
    logit: delta,
  });
  const worst = gamma(1.25 * N + 3 * blocks + 12) * norm;
  error.logit[p] = delta;
  error.shift[p] = shift;
  error.mass[p] = mass;
  error.mean[p] =
    mean !== undefined
      ? outward(mean + gamma(N + 4) * norm)
      : rest < 0.25
        ? Math.min(worst, outward(2 * U * norm + 8 * (rest / (1 - rest)) * (norm + radius)))
        : worst;
  error.skipped[p] = N === 1 ? 0 : Math.min(1, outward((N - 1) * Math.exp(2 * delta - query.cut)));
}
