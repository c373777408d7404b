import { customGrid } from "../ode/index.js";
import { fork, uniform } from "../random/index.js";
import type { TokenStepOptions } from "./euler-tokens.js";
import type { KappaSchedule } from "./kappa-schedule.js";
import { requireDistributions } from "./rate-field.js";
import type { TokenEvaluation, TokenSolve } from "./token-solve.js";
import { copyTokens, type Tokens } from "./tokens.js";

/** Options of `leapTokens`. */
export interface LeapTokensOptions extends TokenStepOptions {
  readonly schedule: KappaSchedule;
}

/**
 * Leaps with the denoiser frozen and the schedule exact. With p = p_{1|t}(·|x) held over [t, s], the rates κ̇/(1 − κ)(p − δ)
 * integrate in closed form: a token is drawn from p with probability 1 − (1 − κ_s)/(1 − κ_t), and else stays. No rate is
 * evaluated, none is clipped, and a grid may end at t = 1, where every token is drawn. For masked data these are the ancestral
 * steps of [Sahoo2024]. Only what x changes in p during the step is missed: O(h).
 * As in `eulerTokens`, tokens of one step do not know of each other.
 * @throws RangeError unless the grid increases, and where the denoiser gives no distribution.
 */
export function leapTokens(x0: Tokens, grid: ArrayLike<number>, options: LeapTokensOptions): TokenSolve<"denoiser"> {
  const times = customGrid(grid);
  if (times[1] < times[0]) {
    throw new RangeError(`Cannot leap from t = ${times[0]} to ${times[1]}: expected a grid that increases`);
  }
  return { asks: "denoiser", shape: x0, steps: steps(copyTokens(x0), times, options) };
}

function* steps(
  x: Tokens,
  grid: Float64Array,
  { rng, schedule, onState }: LeapTokensOptions,
): Generator<TokenEvaluation, Tokens, Float64Array> {
  const K = x.vocabulary;
  const out = new Float64Array(x.data.length * K);
  const draws = new Float64Array(2 * x.data.length);
  onState?.(grid[0], x);
  for (let n = 0; n + 1 < grid.length; n++) {
    const p = yield { t: grid[n], x, out };
    requireDistributions(p, x);
    const kept = schedule.at(grid[n + 1]).rest / schedule.at(grid[n]).rest;
    uniform(fork(rng, "step", n), draws);
    for (let at = 0; at < x.data.length; at++) {
      if (draws[2 * at] >= kept) x.data[at] = drawToken(p, at * K, K, draws[2 * at + 1]);
    }
    onState?.(grid[n + 1], x);
  }
  return x;
}

/** A token with the K probabilities from `from` on, by inversion; `level` is uniform on (0, 1). */
function drawToken(p: Float64Array, from: number, K: number, level: number): number {
  let token = 0;
  for (let k = 0; k < K; k++) {
    if (!(p[from + k] > 0)) continue;
    token = k; // the last one takes what rounding leaves
    level -= p[from + k];
    if (level < 0) break;
  }
  return token;
}
