import type { Coefficients, Scheduler } from "./scheduler.js";

/** The mathematics of a scheduler, before its domain is guarded. */
export interface SchedulerFormula {
  readonly name: string;
  /** Coefficients for 0 ≤ t ≤ 1, exact at both ends. */
  coefficients(t: number): Coefficients;
  /** The inverse of α/β for 0 < s < ∞; values outside [0, 1] are clamped, NaN is not allowed. */
  inverseSnr(s: number): number;
}

/** Guards the domain of a formula, t ∈ [0, 1] and s ∈ [0, ∞], and reads off it what its two ends leave over. */
export function defineScheduler(formula: SchedulerFormula): Scheduler {
  const { name } = formula;
  return {
    name,
    sourceSignal: formula.coefficients(0).alpha,
    terminalNoise: formula.coefficients(1).beta,
    at(t) {
      if (!(t >= 0 && t <= 1)) throw new RangeError(`Cannot evaluate the path "${name}": t is ${t}; expected 0 ≤ t ≤ 1`);
      return formula.coefficients(t);
    },
    timeOfSnr(s) {
      if (!(s >= 0)) throw new RangeError(`Cannot invert the signal-to-noise ratio of "${name}": it is ${s}; expected s ≥ 0`);
      if (s === 0) return 0;
      return s === Infinity ? 1 : Math.min(1, Math.max(0, formula.inverseSnr(s)));
    },
  };
}
