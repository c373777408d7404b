/** Coefficients of the Gaussian path x_t = α·z + β·ε at one time, with their time derivatives. Eq. (M1) */
export interface Coefficients {
  /** α_t, the signal. */
  readonly alpha: number;
  /** β_t, the noise scale. */
  readonly beta: number;
  /** α̇_t; may be infinite at an end. */
  readonly dAlpha: number;
  /** β̇_t; −∞ at t = 1 for schedulers that end like a square root. */
  readonly dBeta: number;
  /** β·β̇ = ½ d(β²)/dt: finite at t = 1 even where β̇ is not, and what smoothed data needs there. */
  readonly betaDBeta: number;
}

/** A noise schedule: t ∈ [0, 1] ↦ (α, β, α̇, β̇), from (0, 1) at the source to (1, 0) at the data. Eq. (M1) */
export interface Scheduler {
  /** How a spec writes it, for example `polynomial:3`. */
  readonly name: string;
  /** α_0: 0, or the signal that is already present at t = 0 where the source is reached only nearly (`vp`). */
  readonly sourceSignal: number;
  /** β_1: 0, or the width with which the path ends around each data point (`condOt({ sigmaMin })`). */
  readonly terminalNoise: number;
  /** The coefficients at time t. @throws RangeError unless 0 ≤ t ≤ 1. */
  at(t: number): Coefficients;
  /** The inverse of t ↦ α_t/β_t, for 0 ≤ s ≤ ∞; clamps to the ends of [0, 1] outside the range. Eq. (M9) */
  timeOfSnr(s: number): number;
}
