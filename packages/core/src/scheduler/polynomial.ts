import { defineScheduler } from "./define.js";
import type { Scheduler } from "./scheduler.js";

/**
 * α = tⁿ, β = 1 − tⁿ for a real power n > 0; n = 1 is `condOt`. For n < 1 the slopes are infinite at t = 0.
 * @throws RangeError unless 0 < n < ∞.
 */
export function polynomial(power: number): Scheduler {
  if (!(power > 0 && power < Infinity)) {
    throw new RangeError(`Cannot make the path "polynomial": the power is ${power}; expected a finite number above 0`);
  }
  return defineScheduler({
    name: `polynomial:${power}`,
    coefficients(t) {
      const alpha = t ** power;
      const beta = t > 0 ? 0 - Math.expm1(power * Math.log(t)) : 1; // 1 − tⁿ without cancellation near t = 1
      const dAlpha = power * t ** (power - 1);
      return { alpha, beta, dAlpha, dBeta: -dAlpha, betaDBeta: -beta * dAlpha };
    },
    inverseSnr: (s) => (s / (1 + s)) ** (1 / power),
  });
}
