import type { Points } from "../points/index.js";
import { fork, type Rng } from "../random/index.js";
import { wasserstein2 } from "./wasserstein.js";

/** How the floor is measured. */
export interface Wasserstein2FloorOptions {
  readonly rng: Rng;
  /** Pairs of samples; the mean has standard error deviation/√repetitions. @defaultValue 10 */
  readonly repetitions?: number;
  /** Where the reference samples come from, when the protocol does not draw them like the target. @defaultValue the target */
  readonly reference?: (rng: Rng, n: number) => Points;
}

/** Mean and standard deviation over repetitions; the deviation is 0 for one. */
export interface MeanDeviation {
  readonly mean: number;
  readonly deviation: number;
}

/** What a perfect generator scores. */
export interface Wasserstein2Floor {
  readonly w2: MeanDeviation;
  readonly w2Squared: MeanDeviation;
}

function spreadOf(values: readonly number[]): MeanDeviation {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const squares = values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / Math.max(values.length - 1, 1)) };
}

/**
 * W₂ between independent samples of n points of the same target: not zero, and the least that a reported W₂ at this n
 * can mean. Falls as n grows, slowly in high dimension.
 * @throws RangeError unless `repetitions` is a positive integer.
 */
export function wasserstein2Floor(
  sampleTarget: (rng: Rng, n: number) => Points,
  n: number,
  { rng, repetitions = 10, reference = sampleTarget }: Wasserstein2FloorOptions,
): Wasserstein2Floor {
  if (!(Number.isInteger(repetitions) && repetitions >= 1)) {
    throw new RangeError(`Cannot measure the floor of W2: repetitions is ${repetitions}; expected a positive integer`);
  }
  const scores = Array.from({ length: repetitions }, (_, r) =>
    wasserstein2(sampleTarget(fork(rng, "sample", r), n), reference(fork(rng, "reference", r), n)),
  );
  return { w2: spreadOf(scores.map(({ w2 }) => w2)), w2Squared: spreadOf(scores.map(({ w2Squared }) => w2Squared)) };
}
