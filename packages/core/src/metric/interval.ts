import { type Points, takeRows } from "../points/index.js";
import { fork, integers, normalQuantile, type Rng } from "../random/index.js";
import { wasserstein2Squares } from "./wasserstein-squares.js";

/** A confidence interval. */
export interface Interval {
  /** The statistic of the samples as they are. */
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
  /** Of `estimate`. */
  readonly standardError: number;
}

/** Options of `bootstrapInterval`. */
export interface BootstrapOptions {
  readonly rng: Rng;
  /** @defaultValue 200 */
  readonly repetitions?: number;
  /** @defaultValue 0.95 */
  readonly level?: number;
}

/**
 * The basic bootstrap interval 2θ̂ − quantiles of a statistic of two samples, both resampled with replacement [Efron1993]: for
 * smooth statistics, as moments, MMD or sliced W₂ away from zero. Repeated rows bias W₂ itself in many dimensions:
 * `wasserstein2Interval` is for that.
 * @throws RangeError when the level is not in (0, 1), there are fewer than 20 repetitions, or the statistic is not finite.
 */
export function bootstrapInterval(
  statistic: (x: Points, y: Points) => number,
  x: Points,
  y: Points,
  { rng, repetitions = 200, level = 0.95 }: BootstrapOptions,
): Interval {
  requireLevel(level);
  if (!(Number.isInteger(repetitions) && repetitions >= 20)) {
    throw new RangeError(`Cannot bootstrap: repetitions is ${repetitions}; expected an integer of at least 20`);
  }
  const resampled = (sample: Points, name: string, r: number): Points =>
    takeRows(sample, integers(fork(rng, name, r), sample.size, new Uint32Array(sample.size)));
  const estimate = statistic(x, y);
  const values = Float64Array.from({ length: repetitions }, (_, r) =>
    statistic(resampled(x, "x", r), resampled(y, "y", r)),
  ).sort();
  if (!Number.isFinite(estimate) || !values.every(Number.isFinite)) {
    throw new RangeError(`Cannot bootstrap: the statistic is ${estimate} or not finite on a resample; expected finite numbers`);
  }
  const mean = values.reduce((sum, v) => sum + v, 0) / repetitions;
  const spread = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (repetitions - 1);
  const at = (p: number): number => values[Math.min(repetitions - 1, Math.max(0, Math.round(p * (repetitions + 1)) - 1))];
  return {
    estimate,
    lower: 2 * estimate - at((1 + level) / 2),
    upper: 2 * estimate - at((1 - level) / 2),
    standardError: Math.sqrt(spread),
  };
}

/**
 * A confidence interval of E W₂²(P_n, Q_n), the mean W₂² of samples of this size, from one pair of samples: by the central limit
 * theorem of [Barrio2019] in any dimension, W₂² − E W₂² has the variance (Var φ(X) + Var ψ(Y))/n of the optimal prices, which the
 * assignment brings along. What E W₂² exceeds W₂²(P, Q) by is the floor: see `wasserstein2Floor`. For P = Q the variance is of a
 * smaller order, and the interval too narrow.
 * @throws RangeError as `wasserstein2`, for fewer than two points, or when the level is not in (0, 1).
 */
export function wasserstein2Interval(x: Points, y: Points, { level = 0.95 }: { readonly level?: number } = {}): Interval {
  requireLevel(level);
  const { cost, rowPrices, columnPrices } = wasserstein2Squares(x, y);
  if (x.size < 2) throw new RangeError(`Cannot bound W2: the samples have ${x.size} point; expected at least 2`);
  const standardError = Math.sqrt((varianceOf(rowPrices) + varianceOf(columnPrices)) / x.size);
  const estimate = cost / x.size;
  const half = normalQuantile((1 + level) / 2) * standardError;
  return { estimate, lower: estimate - half, upper: estimate + half, standardError };
}

function varianceOf(values: Float64Array): number {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  return values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1);
}

function requireLevel(level: number): void {
  if (level > 0 && level < 1) return;
  throw new RangeError(`Cannot make an interval: its level is ${level}; expected a number between 0 and 1`);
}
