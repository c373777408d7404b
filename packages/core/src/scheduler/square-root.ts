import { defineScheduler } from "./define.js";
import type { Scheduler } from "./scheduler.js";

/** α = t, β = √(1 − t): the variance of a Brownian bridge's free end [Holderrieth2025]. β̇ = −∞ at t = 1. */
export function squareRoot(): Scheduler {
  return defineScheduler({
    name: "squareRoot",
    coefficients(t) {
      const beta = Math.sqrt(1 - t);
      return { alpha: t, beta, dAlpha: 1, dBeta: beta > 0 ? -0.5 / beta : -Infinity, betaDBeta: -0.5 };
    },
    inverseSnr: (s) => 2 / (1 + Math.sqrt(1 + (4 / s) * (1 / s))), // root of t² + s²t − s² = 0; 0 at s = 0
  });
}
