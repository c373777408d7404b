/** Where the steps of a sampler are: rules that place `steps` + 1 times between two ends, for the `grid` of an integrator. */
import { customGrid, snrGrid, uniformGrid } from "../ode/index.js";
import type { Scheduler } from "../scheduler/index.js";

/** A rule for times t_0, …, t_K between two ends. */
export type Spacing = (steps: number, ends: { readonly from: number; readonly to: number }) => Float64Array;

/** Uniform in τ = s/(1 + s), s = α/β: the same states under every scheduler, and uniform in t for the straight path. Eq. (M9) */
export function snrSpacing(scheduler: Scheduler): Spacing {
  const tauAt = (t: number): number => {
    const { alpha, beta } = scheduler.at(t);
    return alpha / (alpha + beta);
  };
  return (steps, { from, to }) =>
    withEnds(
      snrGrid(steps, (s) => scheduler.timeOfSnr(s), { from: tauAt(from), to: tauAt(to) }),
      from,
      to,
    );
}

/**
 * Times at which σ = β/α falls as in [Karras2022, Eq. (5)], uniform in σ^{1/ρ} between `sigmaMax` and `sigmaMin`, with the two ends
 * of the path as first and last time where they lie beyond. ρ = 7 is theirs.
 * @throws RangeError unless 0 < sigmaMin < sigmaMax < ∞ and ρ > 0.
 */
export function karrasSpacing(
  scheduler: Scheduler,
  { sigmaMin, sigmaMax, rho = 7 }: { readonly sigmaMin: number; readonly sigmaMax: number; readonly rho?: number },
): Spacing {
  if (!(sigmaMin > 0 && sigmaMax > sigmaMin && sigmaMax < Infinity && rho > 0)) {
    throw new RangeError(
      `Cannot space times: σ goes from ${sigmaMax} to ${sigmaMin} with ρ = ${rho}; expected 0 < sigmaMin < sigmaMax < ∞ and ρ > 0`,
    );
  }
  return (steps, { from, to }) => {
    const [high, low] = [sigmaMax ** (1 / rho), sigmaMin ** (1 / rho)];
    const first = scheduler.timeOfSnr(1 / sigmaMax);
    const last = scheduler.timeOfSnr(1 / sigmaMin);
    if (!(from <= first && last <= to)) {
      throw new RangeError(
        `Cannot space times: σ from ${sigmaMax} to ${sigmaMin} is t from ${first} to ${last}; expected times between ${from} and ${to}`,
      );
    }
    const [before, after] = [first > from ? [from] : [], last < to ? [to] : []];
    const inner = steps - before.length - after.length;
    const uniform = uniformGrid(inner, { from: high, to: low });
    const times = Array.from(uniform, (root) => scheduler.timeOfSnr(root ** -rho));
    return customGrid([...before, ...times, ...after]);
  };
}

/** The ends as given, where the inverse of α/β leaves them off by rounding. */
function withEnds(times: Float64Array, from: number, to: number): Float64Array {
  times[0] = from;
  times[times.length - 1] = to;
  return customGrid(times);
}
