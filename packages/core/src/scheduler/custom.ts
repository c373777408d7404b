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
const DETERMINED = "a slope that dual numbers determine; write t^p as pow(t, p), not as a product of roots";

/**
 * A scheduler from two formulas, with derivatives by dual numbers. On construction its ends are checked
 * (α_1 = 1, β_1 = 0; α_0 = 0 and β_0 = 1, or nearly: α_0 ≤ 0.05 and |1 − β_0²| ≤ α_0²) and the signal-to-noise ratio
 * α/β is proved to increase, by interval arithmetic (up to rounding) on β > 0 and α̇β − αβ̇ > 0 over a partition of
 * [0, 1]; the cells of width 2^−16 that touch an end may have a root there.
 * @throws RangeError with the reason when an end is not reached, a value is not finite, or α/β is not monotone.
 */
export function custom(formula: CustomScheduler): Scheduler {
  const source = checkEnds(formula);
  proveMonotone(formula);
  return defineScheduler({
    name: formula.name,
    coefficients: (t) => coefficientsOf(formula, t, source),
    inverseSnr: (s) => bisect((t) => snrAt(formula, t) - s),
  });
}

/** α_0 and β_0. */
type End = Pick<Coefficients, "alpha" | "beta">;

function coefficientsOf(formula: CustomScheduler, t: number, source: End): Coefficients {
  const a = formula.alpha(timeOver(t));
  const b = formula.beta(timeOver(t));
  const { alpha, beta } = t === 0 ? source : t === 1 ? { alpha: 1, beta: 0 } : { alpha: a.low, beta: b.low };
  if (t < 1 && !(beta > 0)) {
    refuse(formula, `β at t = ${t}`, beta, "a number above 0; write it without a difference that cancels near t = 1");
  }
  const [dAlpha, dBeta] = [a.slopeLow, b.slopeLow];
  if (Number.isNaN(dAlpha)) refuse(formula, `α̇ at t = ${t}`, dAlpha, DETERMINED);
  if (Number.isNaN(dBeta)) refuse(formula, `β̇ at t = ${t}`, dBeta, DETERMINED);
  const betaDBeta = t === 1 ? (Number.isFinite(dBeta) ? 0 : limitAtOne(formula)) : beta * dBeta;
  return { alpha, beta, dAlpha, dBeta, betaDBeta };
}

/**
 * lim β·β̇ as t → 1 where β̇ → −∞, by Aitken's extrapolation of three values at distances h, h/2, h/4: exact for
 * L + c·h^p, and −∞ where β ends steeper than a square root, so that the values grow. h balances truncation, h²,
 * against rounding of β², ε/h: about 1e-9 of L, and exact where 1 − t² or the like is exact in float64.
 */
function limitAtOne(formula: CustomScheduler): number {
  const [f, g, h] = [2 ** -17, 2 ** -18, 2 ** -19].map((distance) => {
    const b = formula.beta(timeOver(1 - distance));
    return b.low * b.slopeLow;
  });
  const [first, second] = [g - f, h - g];
  if (Math.abs(second) <= 1e-8 * Math.abs(h)) return 2 * h - g; // the differences are rounding, their ratio says nothing
  return Math.abs(second) < Math.abs(first) ? h - (second * second) / (second - first) : -Infinity;
}

function snrAt(formula: CustomScheduler, t: number): number {
  return formula.alpha(timeOver(t)).low / formula.beta(timeOver(t)).low;
}

function refuse({ name }: CustomScheduler, what: string, is: number | string, should: string): never {
  throw new RangeError(`Cannot use the path "${name}": ${what} is ${is}; expected ${should}`);
}

/** Refuses a path that misses an end; returns the source end without rounding. */
function checkEnds(formula: CustomScheduler): End {
  const [source, data] = [0, 1].map((t) => ({ alpha: formula.alpha(timeOver(t)).low, beta: formula.beta(timeOver(t)).low }));
  if (!(Math.abs(data.alpha - 1) <= ROUNDING)) refuse(formula, "α at t = 1", data.alpha, "1, so that the path ends at the data");
  if (!(Math.abs(data.beta) <= ROUNDING)) refuse(formula, "β at t = 1", data.beta, "0, so that the path ends at the data");
  if (!(source.alpha >= -ROUNDING && source.alpha <= NEARLY)) {
    refuse(formula, "α at t = 0", source.alpha, `0, or at most ${NEARLY}, so that the path starts at the source`);
  }
  if (!(Math.abs(1 - source.beta ** 2) <= source.alpha ** 2 + ROUNDING)) {
    refuse(formula, "β at t = 0", source.beta, "1 up to α²/2, so that the path starts at the source");
  }
  return {
    alpha: Math.abs(source.alpha) <= ROUNDING ? 0 : source.alpha,
    beta: Math.abs(source.beta - 1) <= ROUNDING ? 1 : source.beta,
  };
}

/** Shows β > 0 and α̇β − αβ̇ > 0 on every cell, halving cells whose enclosure is not yet positive. */
function proveMonotone(formula: CustomScheduler): void {
  const cells: { low: number; high: number; depth: number }[] = [{ low: 0, high: 1, depth: 0 }];
  for (let cell = cells.pop(); cell !== undefined; cell = cells.pop()) {
    const { low, high, depth } = cell;
    const enclosure = riseOver(formula, low, high);
    if (enclosure.rise > 0 && enclosure.beta > 0) continue;
    const middle = (low + high) / 2;
    const there = riseOver(formula, middle, middle);
    if (!(there.beta > 0)) refuse(formula, `β at t = ${middle}`, there.beta, "a number above 0 inside (0, 1)");
    if (!(there.rise >= 0)) {
      refuse(
        formula,
        `the slope α̇β − αβ̇ of α/β at t = ${middle}`,
        there.rise,
        "a signal-to-noise ratio that increases on (0, 1)",
      );
    }
    if (depth < DEPTH) cells.push({ low, high: middle, depth: depth + 1 }, { low: middle, high, depth: depth + 1 });
    else if (low > 0 && high < 1) {
      refuse(formula, `α/β near t = ${middle}`, "not shown to increase", "a signal-to-noise ratio that increases on (0, 1)");
    }
  }
}

/** Lower bounds of α̇β − αβ̇ and of β over a cell of time. */
function riseOver(formula: CustomScheduler, low: number, high: number): { rise: number; beta: number } {
  const a = formula.alpha(timeOver(low, high));
  const b = formula.beta(timeOver(low, high));
  return { rise: sub(mul(slopeOnly(a), valueOnly(b)), mul(valueOnly(a), slopeOnly(b))).low, beta: b.low };
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
