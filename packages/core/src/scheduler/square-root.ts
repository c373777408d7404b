import { defineScheduler } from "./define.js";
import type { Scheduler } from "./scheduler.js";

/** α = t, β = √(1 − t): the variance falls linearly [Holderrieth2025]. β̇ = −∞ at t = 1. */
export function squareRoot(): Scheduler {
  return defineScheduler({
    name: "squareRoot",
    coefficients(t) {
      const beta = Math.sqrt(1 - t);
      return { alpha: t, beta, dAlpha: 1, dBeta: beta > 0 ? -0.5 / beta : -Infinity, betaDBeta: -0.5 };
    },
    inverseSnr: (s) => s / (0.5 * s + Math.hypot(0.5 * s, 1)), // the positive root of t² + s²t − s² = 0
  });
}
