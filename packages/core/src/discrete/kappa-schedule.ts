import type { Scheduler } from "../scheduler/index.js";

/** The mixture at one time: z with probability κ, the source with probability 1 − κ. */
export interface Mixing {
  /** κ_t. */
  readonly kappa: number;
  /** 1 − κ_t, without cancellation near t = 1. */
  readonly rest: number;
}

/** A mixture with its derivatives. */
export interface KappaCoefficients extends Mixing {
  /** κ̇_t. */
  readonly dKappa: number;
  /** κ̇_t/(1 − κ_t), the rate at which a token of the source turns into data; ∞ at t = 1. */
  readonly hazard: number;
}

/**
 * κ: [0, 1] → [0, 1], increasing from 0 to 1: how much of a sequence has become data. Its clock is Λ_t = −log(1 − κ_t), the
 * integral of the hazard; in Λ every schedule is the same path at another speed. [Gat2024]
 */
export interface KappaSchedule {
  /** For messages and specs. */
  readonly name: string;
  /** The coefficients at time t. @throws RangeError unless 0 ≤ t ≤ 1. */
  at(t: number): KappaCoefficients;
  /** The time at which the clock −log(1 − κ) shows `lambda`. @throws RangeError unless it is ≥ 0. */
  timeOfClock(lambda: number): number;
}

/** The mixture at which the clock shows `lambda`: κ = 1 − e^{−Λ}, both parts to full precision. */
export function mixingOfClock(lambda: number): Mixing {
  return { kappa: -Math.expm1(-lambda), rest: Math.exp(-lambda) };
}

/**
 * κ = α of a scheduler with α + β = 1: `kappaOf(condOt())` is κ = t, `kappaOf(polynomial(2))` is κ = t².
 * @throws RangeError for a scheduler whose α and β do not add up to 1 from (0, 1) to (1, 0).
 */
export function kappaOf(scheduler: Scheduler): KappaSchedule {
  const { name } = scheduler;
  for (let n = 0; n <= 64; n++) {
    const { alpha, beta } = scheduler.at(n / 64);
    // Two numbers of [0, 1] with one rounding or two each.
    if (Math.abs(alpha + beta - 1) <= 4 * Number.EPSILON && (n > 0 || alpha === 0) && (n < 64 || beta === 0)) continue;
    throw new RangeError(
      `Cannot mix by "${name}": at t = ${n / 64} α is ${alpha} and β is ${beta}; expected α + β = 1, from (0, 1) to (1, 0)`,
    );
  }
  return {
    name,
    at(t) {
      const { alpha, beta, dAlpha } = scheduler.at(t);
      return { kappa: alpha, rest: beta, dKappa: dAlpha, hazard: beta > 0 ? dAlpha / beta : Infinity };
    },
    timeOfClock: (lambda) => scheduler.timeOfSnr(Math.expm1(requireClock(lambda))), // κ/(1 − κ) = e^Λ − 1
  };
}

/** κ = 1 − cos(πt/2): slow at the noise, fast at the data. [Chang2022] */
export function cosineKappa(): KappaSchedule {
  const w = Math.PI / 2;
  return {
    name: "cosine",
    at(t) {
      if (!(t >= 0 && t <= 1)) throw new RangeError(`Cannot evaluate the schedule "cosine": t is ${t}; expected 0 ≤ t ≤ 1`);
      const rest = t > 0 ? Math.sin(w * (1 - t)) : 1;
      const dKappa = w * Math.sin(w * t);
      return { kappa: t < 1 ? 2 * Math.sin((w * t) / 2) ** 2 : 1, rest, dKappa, hazard: rest > 0 ? dKappa / rest : Infinity };
    },
    timeOfClock(lambda) {
      const { kappa, rest } = mixingOfClock(requireClock(lambda));
      return (2 * Math.atan(Math.sqrt(kappa / (1 + rest)))) / w; // arccos(1 − κ) = 2 arctan √(κ/(2 − κ))
    },
  };
}

function requireClock(lambda: number): number {
  if (lambda >= 0) return lambda;
  throw new RangeError(`Cannot find the time of a clock: it shows ${lambda}; expected a number ≥ 0`);
}
