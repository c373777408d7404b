import type { KappaSchedule } from "./kappa-schedule.js";
import type { TokenShape, Tokens } from "./tokens.js";

/**
 * Jump rates u_t(y, x), position by position: `out[(b * L + l) * K + y]` is the rate at which token l of x_b turns into y;
 * where y is the token itself, minus the sum of the others. This is the vector field of discrete states: exact rates, rates of a
 * network and corrected rates are all of this shape. Borrows `x`, fills `out` [B, L, K] and returns where the answer is.
 */
export interface RateField<R extends Float64Array | Promise<Float64Array> = Float64Array> extends TokenShape {
  readonly kind: "rates";
  evaluate(t: number, x: Tokens, out: Float64Array): R;
}

/**
 * The factorised posterior p_{1|t}(z^l = k | x), `out[(b * L + l) * K + k]`: what a network with softmax learns, and all that
 * the marginal rates of a mixture path need. [Gat2024]
 */
export interface TokenDenoiser<R extends Float64Array | Promise<Float64Array> = Float64Array> extends TokenShape {
  readonly kind: "denoiser";
  evaluate(t: number, x: Tokens, out: Float64Array): R;
}

/**
 * The rates that a denoiser means on a mixture path: u_t(y, x) = κ̇/(1 − κ) [p_{1|t}(y|x) − δ_x(y)] at every position.
 * @throws RangeError where κ̇/(1 − κ) is infinite, as at t = 1, or a row of the denoiser is no distribution.
 */
export function denoiserRates(schedule: KappaSchedule, denoiser: TokenDenoiser): RateField {
  return {
    kind: "rates",
    length: denoiser.length,
    vocabulary: denoiser.vocabulary,
    evaluate(t, x, out) {
      const hazard = requireHazard(schedule, t);
      return turnInto(denoiser.evaluate(t, x, out), hazard, x, out);
    },
  };
}

/** The same for a denoiser that answers later, as a network does. */
export function asyncDenoiserRates(
  schedule: KappaSchedule,
  denoiser: TokenDenoiser<Float64Array | Promise<Float64Array>>,
): RateField<Promise<Float64Array>> {
  return {
    kind: "rates",
    length: denoiser.length,
    vocabulary: denoiser.vocabulary,
    async evaluate(t, x, out) {
      const hazard = requireHazard(schedule, t);
      return turnInto(await denoiser.evaluate(t, x, out), hazard, x, out);
    },
  };
}

/** hazard·(p − δ_x) into `out`, which may be p. */
function turnInto(p: Float64Array, hazard: number, x: Tokens, out: Float64Array): Float64Array {
  requireDistributions(p, x);
  for (let at = 0; at < p.length; at++) out[at] = hazard * p[at];
  closeRows(x, out);
  return out;
}

/** Sets the entry of every row at the token itself to minus the sum of the others. */
export function closeRows(x: Tokens, rates: Float64Array): void {
  const K = x.vocabulary;
  for (let at = 0; at < x.data.length; at++) {
    const own = at * K + x.data[at];
    rates[own] = 0;
    let sum = 0;
    for (let k = at * K; k < (at + 1) * K; k++) sum += rates[k];
    rates[own] = 0 - sum;
  }
}

/** κ̇/(1 − κ) where it is finite. */
export function requireHazard(schedule: KappaSchedule, t: number): number {
  const { hazard } = schedule.at(t);
  if (hazard < Infinity) return hazard;
  throw new RangeError(
    `Cannot give rates under "${schedule.name}": κ̇/(1 − κ) is ${hazard} at t = ${t}; expected a time at which it is finite`,
  );
}

/**
 * The rate conditions: no rate to another token is negative, and every row adds up to 0, to `tolerance` times the rate of
 * leaving, so that probability is conserved. [Campbell2024]
 * @throws RangeError where one does not hold.
 */
export function requireRates(x: Tokens, rates: Float64Array, tolerance: number): void {
  requireLength(x, rates, "the rates");
  const K = x.vocabulary;
  for (let at = 0; at < x.data.length; at++) {
    const leaving = exitRate(x, rates, at);
    const sum = leaving + rates[at * K + x.data[at]];
    if (Math.abs(sum) <= tolerance * leaving) continue;
    throw new RangeError(`Cannot use the rates: those of ${placeOf(x, at)} add up to ${sum}; expected 0`);
  }
}

/** λ = Σ_{y ≠ x} u(y, x) at place `at` = b·L + l. @throws RangeError for a rate that is negative or not finite. */
export function exitRate(x: Tokens, rates: Float64Array, at: number): number {
  const K = x.vocabulary;
  const own = x.data[at];
  let leaving = 0;
  for (let k = 0; k < K; k++) {
    if (k === own) continue;
    const rate = rates[at * K + k];
    if (!(rate >= 0 && rate < Infinity)) {
      throw new RangeError(`Cannot use the rates: that of ${placeOf(x, at)} to ${k} is ${rate}; expected a finite number ≥ 0`);
    }
    leaving += rate;
  }
  return leaving;
}

/** Float32 softmax over a large vocabulary adds up to 1 within this. */
const SUM = 1e-4;

/** Throws unless every row of [B, L, K] is a probability distribution, to 1e-4. */
export function requireDistributions(p: Float64Array, x: Tokens): void {
  requireLength(x, p, "the probabilities");
  const K = x.vocabulary;
  for (let at = 0; at < x.data.length; at++) {
    let sum = 0;
    for (let k = at * K; k < (at + 1) * K; k++) {
      if (!(p[k] >= 0))
        throw new RangeError(`Cannot use the denoiser: a probability at ${placeOf(x, at)} is ${p[k]}; expected ≥ 0`);
      sum += p[k];
    }
    if (!(Math.abs(sum - 1) <= SUM)) {
      throw new RangeError(`Cannot use the denoiser: probabilities of ${placeOf(x, at)} add up to ${sum}; expected 1`);
    }
  }
}

/** Throws unless there are B·L·K numbers. */
export function requireLength(x: Tokens, values: Float64Array, what: string): void {
  if (values.length === x.data.length * x.vocabulary) return;
  throw new RangeError(`Cannot use ${what}: there are ${values.length}; expected ${x.data.length * x.vocabulary}, [B, L, K]`);
}

const placeOf = (x: Tokens, at: number): string => `token ${at % x.length} of sequence ${Math.floor(at / x.length)}`;
