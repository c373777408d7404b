/** The curve I = αx1 + βx0 between two ends. */
import { type Coefficients, cosine, type Scheduler } from "../scheduler/index.js";
import type { PairNoise } from "./pair-noise.js";

/** (α, β, α̇, β̇) at one time, α on x1 and β on x0. */
export type CurvePoint = Pick<Coefficients, "alpha" | "beta" | "dAlpha" | "dBeta">;

/** I(t, x0, x1) = α_t x1 + β_t x0. Every scheduler is one. */
export interface PairCurve {
  /** How a sentence names it. */
  readonly name: string;
  /** @throws RangeError unless 0 ≤ t ≤ 1. */
  at(t: number): CurvePoint;
}

const arc = cosine();

/**
 * The arc on which α² + β² + γ² = 1, so that ends of unit covariance keep it: √(1 − γ²)·(sin πt/2, cos πt/2). Needs γ < 1.
 * [AlbergoBoffi2023]
 */
export function trigonometricCurve(noise: PairNoise): PairCurve {
  return {
    name: `the arc beside ${noise.name}`,
    at(t) {
      const { variance, halfRate } = noise.at(t);
      if (!(variance < 1)) {
        throw new RangeError(`Cannot follow the arc at t = ${t}: γ² is ${variance}; expected γ < 1`);
      }
      const { alpha, beta, dAlpha, dBeta } = arc.at(t);
      const radius = Math.sqrt(1 - variance);
      const dRadius = -halfRate / radius;
      return {
        alpha: radius * alpha,
        beta: radius * beta,
        dAlpha: dRadius * alpha + radius * dAlpha,
        dBeta: dRadius * beta + radius * dBeta,
      };
    },
  };
}

/** cos²(πt) on x0 before t = ½ and on x1 after it: the first end is forgotten before the second is made. [AlbergoBoffi2023] */
export function encodingDecodingCurve(): PairCurve {
  return {
    name: "encoding-decoding",
    at(t) {
      requireTime(t);
      const near = Math.min(t, 1 - t);
      const weight = near === 0.5 ? 0 : Math.cos(Math.PI * near) ** 2;
      const slope = near === 0.5 ? 0 : Math.PI * Math.sin(2 * Math.PI * near);
      return t < 0.5 ? { alpha: 0, beta: weight, dAlpha: 0, dBeta: -slope } : { alpha: weight, beta: 0, dAlpha: slope, dBeta: 0 };
    },
  };
}

/** I = x1 at every time, for pairs (x, x): with γ in the middle, from data to the same data. [AlbergoBoffi2023] */
export function mirrorCurve(): PairCurve {
  return {
    name: "mirror",
    at(t) {
      requireTime(t);
      return { alpha: 1, beta: 0, dAlpha: 0, dBeta: 0 };
    },
  };
}

/** I = α_t x1 of a scheduler: the end at t = 0 is the noise alone. */
export function dataCurve(scheduler: Scheduler): PairCurve {
  return {
    name: scheduler.name,
    at(t) {
      const { alpha, dAlpha } = scheduler.at(t);
      return { alpha, beta: 0, dAlpha, dBeta: 0 };
    },
  };
}

function requireTime(t: number): void {
  if (!(t >= 0 && t <= 1)) throw new RangeError(`Cannot follow the curve: t is ${t}; expected 0 ≤ t ≤ 1`);
}
