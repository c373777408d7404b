import { defineScheduler } from "./define.js";
import type { Scheduler } from "./scheduler.js";

/** A quarter circle: α = sin(πt/2), β = cos(πt/2), so that α² + β² = 1 (also called GVP or trigonometric). */
export function cosine(): Scheduler {
  const w = Math.PI / 2;
  return defineScheduler({
    name: "cosine",
    coefficients(t) {
      const alpha = Math.sin(w * t);
      const beta = Math.sin(w * (1 - t)); // cos(πt/2), exactly 0 at t = 1
      return { alpha, beta, dAlpha: w * beta, dBeta: -w * alpha, betaDBeta: -w * alpha * beta };
    },
    inverseSnr: (s) => Math.atan(s) / w,
  });
}
