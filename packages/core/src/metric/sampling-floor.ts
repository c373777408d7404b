import type { Points } from "../points/index.js";
import { fork, type Rng } from "../random/index.js";

/** Mean and standard deviation over repetitions; the deviation is 0 for one. */
export interface MeanDeviation {
  readonly mean: number;
  readonly deviation: number;
}

/** How a floor is measured. */
export interface SamplingFloorOptions {
  readonly rng: Rng;
  /** Pairs of samples; the mean has standard error deviation/√repetitions. @defaultValue 10 */
  readonly repetitions?: number;
  /** Where the reference samples come from, when the protocol does not draw them like the target. @defaultValue the target */
  readonly reference?: (rng: Rng, n: number) => Points;
}

/** Mean and standard deviation of a list. */
export function spreadOf(values: readonly number[]): MeanDeviation {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const squares = values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / Math.max(values.length - 1, 1)) };
}

/** Pairs of independent samples of n points: the target, and the reference. @throws RangeError unless repetitions is positive. */
export function samplePairs(
  sampleTarget: (rng: Rng, n: number) => Points,
  n: number,
  { rng, repetitions = 10, reference = sampleTarget }: SamplingFloorOptions,
): (readonly [Points, Points])[] {
  if (!(Number.isInteger(repetitions) && repetitions >= 1)) {
    throw new RangeError(`Cannot measure a sampling floor: repetitions is ${repetitions}; expected a positive integer`);
  }
  return Array.from({ length: repetitions }, (_, r) => [
    sampleTarget(fork(rng, "sample", r), n),
    reference(fork(rng, "reference", r), n),
  ]);
}

/**
 * What a perfect generator scores in any distance of two samples: its mean and spread between independent samples of n points of
 * one target. Not zero for W₁, sliced W₂, energy and Fréchet distances; zero on average for the unbiased MMD².
 * @throws RangeError unless `repetitions` is a positive integer, and what the distance throws.
 */
export function samplingFloor(
  distance: (x: Points, y: Points) => number,
  sampleTarget: (rng: Rng, n: number) => Points,
  n: number,
  options: SamplingFloorOptions,
): MeanDeviation {
  return spreadOf(samplePairs(sampleTarget, n, options).map(([x, y]) => distance(x, y)));
}
