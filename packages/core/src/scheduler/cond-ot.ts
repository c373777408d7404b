import { defineScheduler } from "./define.js";
import type { Scheduler } from "./scheduler.js";

/**
 * Straight lines: α = t, β = 1 − (1 − σ)t with σ = `sigmaMin`, by default 0 [Lipman2023, Example II; Liu2023].
 * With σ > 0 each conditional path ends at N(z, σ²I): the terminal law is the data smoothed with width σ.
 * @throws RangeError unless 0 ≤ σ < 1.
 */
export function condOt({ sigmaMin = 0 }: { /** @defaultValue 0 */ readonly sigmaMin?: number } = {}): Scheduler {
  if (!(sigmaMin >= 0 && sigmaMin < 1)) {
    throw new RangeError(`Cannot make the path "condOt": sigmaMin is ${sigmaMin}; expected 0 ≤ sigmaMin < 1`);
  }
  const slope = 1 - sigmaMin;
  return defineScheduler({
    name: sigmaMin === 0 ? "condOt" : `condOt:${sigmaMin}`,
    coefficients(t) {
      const beta = 1 - t + sigmaMin * t; // exact at both ends
      return { alpha: t, beta, dAlpha: 1, dBeta: -slope, betaDBeta: -slope * beta };
    },
    inverseSnr: (s) => s / (1 + slope * s),
  });
}
