import { defineScheduler } from "./define.js";
import type { Scheduler } from "./scheduler.js";

/** α = t, β = √(1 − t²): variance preserving with a linear signal. β̇ = −∞ at t = 1. */
export function linearVp(): Scheduler {
  return defineScheduler({
    name: "linearVp",
    coefficients(t) {
      const beta = Math.sqrt((1 - t) * (1 + t));
      return { alpha: t, beta, dAlpha: 1, dBeta: beta > 0 ? -t / beta : -Infinity, betaDBeta: -t };
    },
    inverseSnr: (s) => (s > 1 ? 1 / Math.sqrt(1 + 1 / (s * s)) : s / Math.sqrt(1 + s * s)),
  });
}
