import { customGrid, type Solve, type StepOptions, uniformGrid, type VectorSpace } from "../ode/index.js";
import { conversion, type Prediction } from "../path/index.js";
import type { Scheduler } from "../scheduler/index.js";
import { correctorWeights, type ExponentialMethod, exponentialStep, predictorWeights } from "./exponential-weights.js";
import type { Integrator } from "./integrator.js";

/** Options of `exponentialSteps`. */
export interface ExponentialOptions {
  /** @defaultValue "dpm++2m" */
  readonly method?: ExponentialMethod;
  /** What the field answers with: a velocity, or the denoiser, noise or score of a network. @defaultValue "velocity" */
  readonly prediction?: Prediction;
  /** Where the steps are. @defaultValue `uniformGrid` */
  readonly grid?: (steps: number, ends: { readonly from: number; readonly to: number }) => Float64Array;
}

/**
 * An exponential integrator with a fixed number of evaluations, one a step, for every Gaussian scheduler: in w = x/β and s = α/β
 * the field is dw/ds = μ(w, s), and only μ is approximated. Eq. (M9) A constant denoiser is integrated exactly by each method.
 *
 * `ddim` is Euler there [SongMeng2021]; `dpm++2m` is the multistep method of [Lu2022] and `unipc` adds the corrector of [Zhao2023].
 * Their orders are 2 and 3 from s > 0; from s = 0, where log s is infinite, the first steps hold `unipc` to 2 in the limit. The data
 * end, β = 0, is not evaluated: the step that ends there lands on μ. A grid that decreases encodes.
 * @throws RangeError in the solve where the denoiser has no finite conversion: from noise or score at α = 0, from a velocity that
 * vanishes (`polynomial` at t = 0), or from β = 0.
 */
export function exponentialSteps(scheduler: Scheduler, steps: number, options: ExponentialOptions = {}): Integrator {
  const { method = "dpm++2m", prediction = "velocity", grid = uniformGrid } = options;
  return (space, y0, ends, hooks = {}) => {
    const times = customGrid(grid(steps, ends));
    return march({ space, scheduler, prediction, method, hooks }, y0, times);
  };
}

interface Rule<S> {
  readonly space: VectorSpace<S>;
  readonly scheduler: Scheduler;
  readonly prediction: Prediction;
  readonly method: ExponentialMethod;
  readonly hooks: StepOptions<S>;
}

/** The states of a solve: the point that is evaluated, the one before it, room for the next, and three denoisers. */
interface States<S> {
  y: S;
  last: S;
  next: S;
  /** μ_n, μ_{n−1}, μ_{n−2}. */
  means: [S, S, S];
}

function* march<S>(rule: Rule<S>, y0: S, times: Float64Array): Solve<S> {
  const { space, method, hooks } = rule;
  const like = (): S => space.like(y0);
  const states: States<S> = { y: space.copy(like(), y0), last: like(), next: like(), means: [like(), like(), like()] };
  let kept: S | undefined;
  try {
    let n = 0;
    let finite = true;
    for (; finite && n + 1 < times.length; n++) {
      const [first, second, oldest] = states.means;
      states.means = [oldest, first, second];
      const answer = yield { t: times[n], x: states.y, out: states.means[0] };
      states.means[0] = answer;
      toDenoiser(rule, times[n], states);
      if (method === "unipc" && n > 0) correct(rule, times, n, states);
      hooks.onStep?.(n, times[n], states.y);
      predict(rule, times, n, states);
      finite = space.isFinite?.(states.y) ?? true;
    }
    if (finite) hooks.onStep?.(n, times[n], states.y);
    const reached = finite ? n : n - 1;
    kept = finite ? states.y : states.last;
    return { y: kept, t: times[reached], status: finite ? "done" : "notFinite", steps: { accepted: reached, rejected: 0 } };
  } finally {
    for (const state of [states.y, states.last, states.next, ...states.means]) if (state !== kept) space.free(state);
  }
}

/** α/β at a time of the grid. */
function ratioAt({ scheduler }: Pick<Rule<unknown>, "scheduler">, times: Float64Array, n: number): number | undefined {
  if (n < 0) return undefined;
  const { alpha, beta } = scheduler.at(times[n]);
  return alpha / beta;
}

/** Replaces the newest answer by the denoiser that it means at y. */
function toDenoiser<S>({ space, scheduler, prediction }: Rule<S>, t: number, states: States<S>): void {
  if (prediction === "denoiser") return;
  const c = conversion(prediction, "denoiser", scheduler.at(t));
  const answer = states.means[0];
  let mean = space.copy(states.next, states.y);
  mean = space.addScaled(mean, c.x - 1, states.y);
  mean = space.addScaled(mean, c.value, answer);
  [states.means[0], states.next] = [mean, answer];
}

/** Puts the state after the step from t_n in `y`, and the one before it in `last`. */
function predict<S>(rule: Rule<S>, times: Float64Array, n: number, states: States<S>): void {
  const weights: readonly number[] =
    rule.method === "ddim"
      ? [1]
      : predictorWeights(ratioAt(rule, times, n - 1), ratioAt(rule, times, n) ?? 0, ratioAt(rule, times, n + 1) ?? 0);
  const next = advance(rule, times, n, states.y, weights, states);
  [states.last, states.y, states.next] = [states.y, next, states.last];
}

/** Takes the step that led to t_n again, now that the denoiser at its end is known too. */
function correct<S>(rule: Rule<S>, times: Float64Array, n: number, states: States<S>): void {
  const [s, next] = [ratioAt(rule, times, n - 1) ?? 0, ratioAt(rule, times, n) ?? 0];
  const corrected = advance(rule, times, n - 1, states.last, correctorWeights(ratioAt(rule, times, n - 2), s, next), states);
  [states.y, states.next] = [corrected, states.y];
}

/** x' from x at t_n by weighted denoisers, newest first, in the memory of `next`. */
function advance<S>(
  { space, scheduler }: Rule<S>,
  times: Float64Array,
  n: number,
  x: S,
  weights: readonly number[],
  { next: into, means }: States<S>,
): S {
  const { keep, gain } = exponentialStep(scheduler.at(times[n]), scheduler.at(times[n + 1]));
  let next = space.copy(into, x);
  next = space.addScaled(next, keep - 1, x); // 0 exactly where β' = 0
  weights.forEach((weight, k) => {
    if (weight !== 0) next = space.addScaled(next, gain * weight, means[k]);
  });
  return next;
}
