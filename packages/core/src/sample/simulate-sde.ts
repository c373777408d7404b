import {
  customGrid,
  type Solution,
  type Solve,
  type SolveOptions,
  type StepOptions,
  solve,
  solveAsync,
  uniformGrid,
  type VectorField,
} from "../ode/index.js";
import { conversion } from "../path/index.js";
import { type Points, zeros, zerosLike } from "../points/index.js";
import { fork, normal, type Rng } from "../random/index.js";
import type { Diffusion } from "./diffusion.js";
import type { ScoreField } from "./score-field.js";
import { requireDone } from "./solve-error.js";
import type { Spacing } from "./spacing.js";

/** How a step of the stochastic equation is taken. */
export type SdeMethod = "exponential" | "eulerMaruyama" | "heun";

/** All methods by name. */
export const sdeMethods: readonly SdeMethod[] = ["exponential", "eulerMaruyama", "heun"];

/** Options of `simulateSde`. */
export interface SdeOptions extends SolveOptions, StepOptions<Points> {
  readonly diffusion: Diffusion;
  readonly rng: Rng;
  /** @defaultValue "exponential" */
  readonly method?: SdeMethod;
  /** @defaultValue 100 */
  readonly steps?: number;
  /** @defaultValue 0 */
  readonly from?: number;
  /** Above `from`. @defaultValue 1 */
  readonly to?: number;
  /** @defaultValue `uniformGrid` */
  readonly grid?: Spacing;
  /**
   * The last step: like the others, without noise ("mean"), or a jump to the denoiser E[z|x] ("denoise").
   * @defaultValue "denoise" where β = 0 at the end, else "step"
   */
  readonly last?: "step" | "mean" | "denoise";
}

/**
 * Simulates dX = (u + ½g²·∇ log p) dt + g dW from time `from` to a later one; whatever g, X_t has the law p_t. Eq. (M4)
 *
 * `eulerMaruyama` (weak order 1) and `heun` (drift at both ends of the step with the same noise, weak order 2) are explicit: they
 * need g²Δt well below 2β² where the data are points, and evaluate the score. `exponential` holds the denoiser fixed over a step and
 * integrates the rest exactly, x' = α'μ + β'(e^{−λ}ε̂ + √(1 − e^{−2λ})ξ): weak order 1, stable for any step, finite where g is infinite,
 * DDIM for g = 0; it is right for a path from N(0, I). No method evaluates t = 1 under `last: "denoise"`.
 * @throws SolveError when a state is not finite; RangeError where g is infinite under an explicit method, or time does not ascend.
 */
export function simulateSde(field: ScoreField, x0: Points, options: SdeOptions): Solution<Points> {
  return requireDone(solve(march(field.scheduler, x0, options), packed(field), options));
}

/** `simulateSde` for a field that answers later. */
export async function simulateSdeAsync(
  field: ScoreField<void | Promise<void>>,
  x0: Points,
  options: SdeOptions,
): Promise<Solution<Points>> {
  return requireDone(await solveAsync(march(field.scheduler, x0, options), packed(field), options));
}

/** Velocity and score as the two halves of one answer, [2B, D], so that the drivers of `solve` serve here too. */
function packed<R extends void | Promise<void>>(
  field: ScoreField<R>,
): VectorField<Points, R extends void ? Points : Promise<Points>> {
  const evaluate = (t: number, x: Points, out: Points): Points | Promise<Points> => {
    const [velocity, score] = halves(out);
    const answer: void | Promise<void> = field.evaluate(t, x, velocity, score);
    return answer instanceof Promise ? answer.then(() => out) : out;
  };
  return { evaluate } as VectorField<Points, R extends void ? Points : Promise<Points>>;
}

function halves({ data, size, dim }: Points): [Points, Points] {
  const middle = data.length / 2;
  return [
    { data: data.subarray(0, middle), size: size / 2, dim },
    { data: data.subarray(middle), size: size / 2, dim },
  ];
}

/** What every step works with. */
interface Walk {
  readonly scheduler: ScoreField["scheduler"];
  readonly diffusion: Diffusion;
  readonly times: Float64Array;
  /** Velocity and score, [2B, D]. */
  readonly answer: Points;
  /** ξ of the step, [B, D]. */
  readonly noise: Points;
}

function* march(scheduler: ScoreField["scheduler"], x0: Points, options: SdeOptions): Solve<Points> {
  const { diffusion, rng, method = "exponential", steps = 100, from = 0, to = 1, grid = uniformGrid, onStep } = options;
  const times = customGrid(grid(steps, { from, to }));
  if (!(times[1] > times[0])) {
    throw new RangeError(
      `Cannot simulate from t = ${from} to t = ${to}: the equation runs towards the data; expected a later end`,
    );
  }
  const { last = scheduler.at(times[times.length - 1]).beta === 0 ? "denoise" : "step" } = options;
  const walk: Walk = { scheduler, diffusion, times, answer: zeros(2 * x0.size, x0.dim), noise: zerosLike(x0) };
  let y: Points = { ...x0, data: x0.data.slice() };
  onStep?.(0, times[0], y);
  for (let n = 0; n + 1 < times.length; n++) {
    const ends = n + 2 === times.length ? last : "step";
    if (ends === "step") normal(fork(rng, "step", n), walk.noise.data);
    else walk.noise.data.fill(0);
    yield { t: times[n], x: y, out: walk.answer };
    const next = zerosLike(y);
    if (ends === "denoise") stepExponentially(walk, n, y, { out: next, denoise: true });
    else if (method === "exponential") stepExponentially(walk, n, y, { out: next, denoise: false });
    else {
      const drift = zerosLike(y);
      stepExplicitly(walk, n, y, { out: next, drift });
      if (method === "heun") {
        yield { t: times[n + 1], x: next, out: walk.answer };
        correctByHeun(walk, n, y, { out: next, drift });
      }
    }
    if (!next.data.every(Number.isFinite)) return { y, t: times[n], status: "notFinite", steps: { accepted: n, rejected: 0 } };
    y = next;
    onStep?.(n + 1, times[n + 1], y);
  }
  const accepted = times.length - 1;
  return { y, t: times[accepted], status: "done", steps: { accepted, rejected: 0 } };
}

/** x' = α'μ + β'(e^{−λ}ε̂ + √(1 − e^{−2λ})ξ), or μ itself. */
function stepExponentially(walk: Walk, n: number, x: Points, { out, denoise }: { out: Points; denoise: boolean }): void {
  const { scheduler, diffusion, times, answer, noise } = walk;
  const [at, to] = [scheduler.at(times[n]), scheduler.at(times[n + 1])];
  const c = conversion("velocity", "denoiser", at);
  const lambda = denoise ? 0 : diffusion.mixing(scheduler, times[n], times[n + 1]);
  const kept = Math.exp(-lambda);
  const fresh = Math.sqrt(-Math.expm1(-2 * lambda));
  for (let d = 0; d < x.data.length; d++) {
    const mean = c.x * x.data[d] + c.value * answer.data[d];
    if (denoise) out.data[d] = mean;
    else out.data[d] = to.alpha * mean + to.beta * ((kept * (x.data[d] - at.alpha * mean)) / at.beta + fresh * noise.data[d]);
  }
}

/** g² at a time of the grid. @throws RangeError where it is infinite. */
function strength({ scheduler, diffusion, times }: Walk, n: number): number {
  const squared = diffusion.squared(times[n], scheduler.at(times[n]));
  if (squared < Infinity) return squared;
  throw new RangeError(
    `Cannot simulate with the diffusion "${diffusion.name}": g² is ${squared} at t = ${times[n]}; expected a later start, or the method "exponential"`,
  );
}

/** x' = x + h(u + ½g²·score) + g√h·ξ, and the drift u + ½g²·score. */
function stepExplicitly(walk: Walk, n: number, x: Points, { out, drift }: { out: Points; drift: Points }): void {
  const [velocity, score] = halves(walk.answer);
  const h = walk.times[n + 1] - walk.times[n];
  const squared = strength(walk, n);
  const kick = Math.sqrt(squared * h);
  for (let d = 0; d < x.data.length; d++) {
    drift.data[d] = velocity.data[d] + 0.5 * squared * score.data[d];
    out.data[d] = x.data[d] + h * drift.data[d] + kick * walk.noise.data[d];
  }
}

/** x' = x + h·½(drift + drift') + ½(g + g')√h·ξ with the drift at the end that Euler–Maruyama found. */
function correctByHeun(walk: Walk, n: number, x: Points, { out, drift }: { out: Points; drift: Points }): void {
  const [velocity, score] = halves(walk.answer);
  const h = walk.times[n + 1] - walk.times[n];
  const [before, after] = [strength(walk, n), strength(walk, n + 1)];
  const kick = 0.5 * (Math.sqrt(before) + Math.sqrt(after)) * Math.sqrt(h);
  for (let d = 0; d < x.data.length; d++) {
    const end = velocity.data[d] + 0.5 * after * score.data[d];
    out.data[d] = x.data[d] + 0.5 * h * (drift.data[d] + end) + kick * walk.noise.data[d];
  }
}
