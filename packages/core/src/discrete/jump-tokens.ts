import { fork, type Rng, uniform } from "../random/index.js";
import { drawJump } from "./euler-tokens.js";
import type { KappaSchedule } from "./kappa-schedule.js";
import { exitRate, requireLength } from "./rate-field.js";
import type { TokenEvaluation, TokenSolve } from "./token-solve.js";
import { copyTokens, sequenceOf, type Tokens } from "./tokens.js";

/** Options of `jumpTokens`. */
export interface JumpTokensOptions {
  readonly rng: Rng;
  readonly schedule: KappaSchedule;
  /** @defaultValue 0 */
  readonly from?: number;
  /** Below 1, where rates may be infinite. What is left is known: p_t differs from p_1 by at most L(1 − κ_t) in total variation. */
  readonly to: number;
  /**
   * No position leaves its token at more than this times κ̇/(1 − κ). 1 is proved for marginal rates of mixture paths; rates with a
   * corrector of strength c·κ̇/(1 − κ) need 1 + c. @defaultValue 1
   */
  readonly bound?: number;
  /** Told every jump of sequence b as it happens. */
  readonly onJump?: (b: number, t: number, position: number, token: number) => void;
}

/**
 * The jump process itself, without time steps and without bias: uniformisation with the bound λ_l ≤ c·κ̇/(1 − κ) on the clock
 * Λ = −log(1 − κ), where candidates of every position come as a Poisson process of rate c. A candidate at t turns its token
 * with the rates at (t, x), and else nothing happens [Jensen1953; Lewis1979]. Sequences are followed one after the other: about
 * cL·(Λ_to − Λ_from) evaluations each.
 * @throws RangeError unless 0 ≤ from < to < 1 and bound > 0, and where rates are above the bound.
 */
export function jumpTokens(x0: Tokens, options: JumpTokensOptions): TokenSolve<"rates"> {
  const { from = 0, to, bound = 1 } = options;
  if (!(from >= 0 && from < to && to < 1)) {
    throw new RangeError(`Cannot follow the jumps from t = ${from} to ${to}: expected 0 ≤ from < to < 1`);
  }
  if (!(bound > 0 && bound < Infinity)) {
    throw new RangeError(`Cannot follow the jumps: the bound is ${bound}; expected a finite number above 0`);
  }
  return { asks: "rates", shape: x0, steps: steps(copyTokens(x0), { ...options, from, bound }) };
}

function* steps(
  x: Tokens,
  options: JumpTokensOptions & { readonly from: number; readonly bound: number },
): Generator<TokenEvaluation, Tokens, Float64Array> {
  const { rng, schedule, from, to, bound, onJump } = options;
  const [start, end] = [from, to].map((t) => -Math.log(schedule.at(t).rest));
  const out = new Float64Array(x.length * x.vocabulary);
  const draws = new Float64Array(3);
  for (let b = 0; b < x.size; b++) {
    const one: Tokens = { ...x, data: sequenceOf(x, b), size: 1 };
    const stream = fork(rng, "sequence", b);
    let clock = start;
    for (let event = 0; ; event++) {
      uniform(stream, draws, 3 * event);
      clock -= Math.log(draws[0]) / (bound * x.length);
      if (clock >= end) break;
      const t = Math.min(to, Math.max(from, schedule.timeOfClock(clock))); // within an ulp of the ends
      const position = Math.floor(draws[1] * x.length);
      const rates = yield { t, x: one, out };
      requireLength(one, rates, "the rates");
      const leaving = exitRate(one, rates, position);
      const ceiling = bound * schedule.at(t).hazard;
      requireBounded(leaving, ceiling, t);
      const level = draws[2] * ceiling;
      if (level >= leaving) continue;
      one.data[position] = drawJump(one, rates, position, level);
      onJump?.(b, t, position, one.data[position]);
    }
  }
  return x;
}

/** Sums of posterior weights pass 1 by their rounding. */
const ROUNDING = 1e-9;

function requireBounded(leaving: number, ceiling: number, t: number): void {
  if (leaving <= ceiling * (1 + ROUNDING)) return;
  throw new RangeError(
    `Cannot follow the jumps: a token leaves at rate ${leaving} at t = ${t}; expected at most ${ceiling}, or a larger bound`,
  );
}
