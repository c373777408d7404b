import type { Points } from "../points/index.js";
import type { Rng } from "../random/index.js";
import { type MeanDeviation, type SamplingFloorOptions, samplePairs, spreadOf } from "./sampling-floor.js";
import { wasserstein2 } from "./wasserstein.js";

/** How the floor is measured. */
export type Wasserstein2FloorOptions = SamplingFloorOptions;

/** What a perfect generator scores. */
export interface Wasserstein2Floor {
  readonly w2: MeanDeviation;
  readonly w2Squared: MeanDeviation;
}

/**
 * W₂ between independent samples of n points of the same target: not zero, and the least that a reported W₂ at this n
 * can mean. Falls as n grows, slowly in high dimension. `samplingFloor` is the same for other distances.
 * @throws RangeError unless `repetitions` is a positive integer.
 */
export function wasserstein2Floor(
  sampleTarget: (rng: Rng, n: number) => Points,
  n: number,
  options: Wasserstein2FloorOptions,
): Wasserstein2Floor {
  const scores = samplePairs(sampleTarget, n, options).map(([x, y]) => wasserstein2(x, y));
  return { w2: spreadOf(scores.map(({ w2 }) => w2)), w2Squared: spreadOf(scores.map(({ w2Squared }) => w2Squared)) };
}
