import { customGrid } from "../ode/index.js";
import { fork, type Rng, uniform } from "../random/index.js";
import { exitRate, requireLength } from "./rate-field.js";
import type { TokenEvaluation, TokenSolve } from "./token-solve.js";
import { copyTokens, type Tokens } from "./tokens.js";

/** What samplers on a grid share. */
export interface TokenStepOptions {
  readonly rng: Rng;
  /** Told every state on the grid, the first and the last too; it is borrowed. */
  readonly onState?: (t: number, x: Tokens) => void;
}

/** Options of `eulerTokens`. */
export interface EulerTokensOptions extends TokenStepOptions {
  /**
   * The probability with which a token of rate λ of leaving jumps in a step h: "linear" is hλ, Euler's, and a step with
   * hλ > 1 is refused; "exponential" is 1 − e^{−hλ}, which is one for any step. @defaultValue "exponential"
   */
  readonly jump?: "linear" | "exponential";
}

/**
 * Euler's method for jump rates: in every step each position jumps at most once, on its own, with the rates at the start of
 * the step; the law is off by O(h). With "exponential" this is τ-leaping for tokens [Campbell2022]. The rates are
 * asked at t_0, …, t_{K−1} only, so that a grid may end at t = 1. A decreasing grid follows rates of the reversed process.
 *
 * Tokens that jump in one step do not know of each other. From a mask source they may make a sequence that no data point leads
 * to, where exact rates have no value and throw; `jumpTokens` never comes there.
 * @throws RangeError for rates that are negative or not finite, and a linear step that is too long.
 */
export function eulerTokens(x0: Tokens, grid: ArrayLike<number>, options: EulerTokensOptions): TokenSolve<"rates"> {
  return { asks: "rates", shape: x0, steps: steps(copyTokens(x0), customGrid(grid), options) };
}

function* steps(
  x: Tokens,
  grid: Float64Array,
  { rng, jump = "exponential", onState }: EulerTokensOptions,
): Generator<TokenEvaluation, Tokens, Float64Array> {
  const out = new Float64Array(x.data.length * x.vocabulary);
  const draws = new Float64Array(2 * x.data.length);
  onState?.(grid[0], x);
  for (let n = 0; n + 1 < grid.length; n++) {
    const h = Math.abs(grid[n + 1] - grid[n]);
    const rates = yield { t: grid[n], x, out };
    requireLength(x, rates, "the rates");
    uniform(fork(rng, "step", n), draws);
    for (let at = 0; at < x.data.length; at++) {
      const leaving = exitRate(x, rates, at);
      const chance = jump === "linear" ? requireChance(h * leaving, grid[n], 1 / leaving) : -Math.expm1(-h * leaving);
      if (draws[2 * at] < chance) x.data[at] = drawJump(x, rates, at, draws[2 * at + 1] * leaving);
    }
    onState?.(grid[n + 1], x);
  }
  return x;
}

/** hλ as a probability; above 1 by the rounding of the product only. */
function requireChance(chance: number, t: number, longest: number): number {
  if (chance <= 1 + 1e-12) return chance;
  throw new RangeError(
    `Cannot take an Euler step at t = ${t}: a token would jump with probability ${chance}; expected a step of at most ${longest}, or jump: "exponential"`,
  );
}

/** The token whose share of the rates of leaving contains `level`, 0 < level < λ. */
export function drawJump(x: Tokens, rates: Float64Array, at: number, level: number): number {
  const K = x.vocabulary;
  const own = x.data[at];
  let to = own;
  for (let k = 0; k < K; k++) {
    if (k === own || !(rates[at * K + k] > 0)) continue;
    to = k; // the last one takes what rounding leaves
    level -= rates[at * K + k];
    if (level < 0) break;
  }
  return to;
}
