import { defineScheduler } from "./define.js";
import { type Dual, mul, sub, timeOver } from "./dual.js";
import type { Coefficients, Scheduler } from "./scheduler.js";

/** What a user says of a path of their own. */
export interface CustomScheduler {
  readonly name: string;
  /** α_t, written with the operations of `dual`. */
  alpha(t: Dual): Dual;
  /** β_t, written with the operations of `dual`. */
  beta(t: Dual): Dual;
}

/** Largest α_0 that still counts as reaching the source nearly; `vp` has 0.0066. */
const NEARLY = 0.05;
/** Rounding allowed in an end value: a few operations in float64. */
const ROUNDING = 1e-12;
/** Cells are halved at most this often in the proof of monotonicity. */
const DEPTH = 16;

/**
 * A scheduler from two formulas, with derivatives by dual numbers. On construction its ends are checked
 * (α_1 = 1, β_1 = 0, β_0 = 1, α_0 = 0 or nearly) and the signal-to-noise ratio α/β is proved to increase, by interval
 * arithmetic on α̇β − αβ̇ > 0 over a partition of [0, 1]; cells that touch an end may have a root there.
 * @throws RangeError with the reason when an end is not reached, a value is not finite, or α/β is not monotone.
 */
export function custom(formula: CustomScheduler): Scheduler {
  const { name } = formula;
  const sourceSignal = checkEnds(formula);
  proveMonotone(formula);
  const coefficients = (t: number): Coefficients => coefficientsOf(formula, t);
  return defineScheduler({
    name,
    sourceSignal,
    coefficients,
    inverseSnr: (s) => bisect((t) => snrAt(formula, t) - s),
  });
}

function coefficientsOf(formula: CustomScheduler, t: number): Coefficients {
  const a = formula.alpha(timeOver(t));
  const b = formula.beta(timeOver(t));
  const beta = t === 1 ? 0 : b.low;
  const squared = mul(b, b).slopeLow; // 2·β·β̇, with 0 · ∞ = 0
  const betaDBeta = t === 1 && !Number.isFinite(b.slopeLow) ? limitAtOne(formula) : squared / 2;
  return { alpha: t === 1 ? 1 : a.low, beta, dAlpha: a.slopeLow, dBeta: b.slopeLow, betaDBeta };
}

/** lim β·β̇ as t → 1, by Richardson's extrapolation from two points near the end. */
function limitAtOne(formula: CustomScheduler): number {
  const near = (h: number): number => {
    const b = formula.beta(timeOver(1 - h));
    return b.low * b.slopeLow;
  };
  return 2 * near(2 ** -26) - near(2 ** -25);
}

function snrAt(formula: CustomScheduler, t: number): number {
  return formula.alpha(timeOver(t)).low / formula.beta(timeOver(t)).low;
}

function checkEnds(formula: CustomScheduler): number {
  const refuse = (what: string, is: number, should: string): never => {
    throw new RangeError(`Cannot use the path "${formula.name}": ${what} is ${is}; expected ${should}`);
  };
  const ends = [0, 1].map((t) => ({ alpha: formula.alpha(timeOver(t)).low, beta: formula.beta(timeOver(t)).low }));
  const [source, data] = ends;
  if (!(Math.abs(data.alpha - 1) <= ROUNDING)) refuse("α at t = 1", data.alpha, "1, so that the path ends at the data");
  if (!(Math.abs(data.beta) <= ROUNDING)) refuse("β at t = 1", data.beta, "0, so that the path ends at the data");
  if (!(source.alpha >= -ROUNDING && source.alpha <= NEARLY)) refuse("α at t = 0", source.alpha, `0, or at most ${NEARLY}`);
  if (!(Math.abs(source.beta - 1) <= NEARLY)) refuse("β at t = 0", source.beta, "1, so that the path starts at the source");
  return Math.abs(source.alpha) <= ROUNDING ? 0 : source.alpha;
}

/** Shows α̇β − αβ̇ > 0 on every cell, halving cells whose enclosure is not yet positive. */
function proveMonotone(formula: CustomScheduler): void {
  const cells: { low: number; high: number; depth: number }[] = [{ low: 0, high: 1, depth: 0 }];
  for (let cell = cells.pop(); cell !== undefined; cell = cells.pop()) {
    const { low, high, depth } = cell;
    const a = formula.alpha(timeOver(low, high));
    const b = formula.beta(timeOver(low, high));
    const rise = sub(mul(slopeOnly(a), valueOnly(b)), mul(valueOnly(a), slopeOnly(b))).low;
    if (rise > 0) continue;
    const middle = (low + high) / 2;
    const there = riseAt(formula, middle);
    if (!(there >= 0)) {
      throw new RangeError(
        `Cannot use the path "${formula.name}": α/β does not increase at t = ${middle} (α̇β − αβ̇ is ${there}); expected a signal-to-noise ratio that increases on (0, 1)`,
      );
    }
    if (depth < DEPTH) cells.push({ low, high: middle, depth: depth + 1 }, { low: middle, high, depth: depth + 1 });
    else if (low > 0 && high < 1) {
      throw new RangeError(
        `Cannot use the path "${formula.name}": α/β was not shown to increase near t = ${middle}; expected a signal-to-noise ratio that increases on (0, 1)`,
      );
    }
  }
}

function riseAt(formula: CustomScheduler, t: number): number {
  const a = formula.alpha(timeOver(t));
  const b = formula.beta(timeOver(t));
  return a.slopeLow * b.low - a.low * b.slopeLow;
}

const valueOnly = (x: Dual): Dual => ({ low: x.low, high: x.high, slopeLow: 0, slopeHigh: 0 });
const slopeOnly = (x: Dual): Dual => ({ low: x.slopeLow, high: x.slopeHigh, slopeLow: 0, slopeHigh: 0 });

/** The root in [0, 1] of an increasing function, to the last bit. */
function bisect(f: (t: number) => number): number {
  let low = 0;
  let high = 1;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return f(low) >= 0 ? low : high;
    if (f(middle) < 0) low = middle;
    else high = middle;
  }
}
