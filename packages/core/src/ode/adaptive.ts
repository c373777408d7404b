import { acceptEmbedded, embeddedStagesOf, releaseEmbedded, segmentOf, stepError } from "./embedded-stages.js";
import { initialStep } from "./initial-step.js";
import type { StepOptions } from "./runge-kutta.js";
import type { Segment } from "./segment.js";
import type { Outcome, Solve, SolveStatus } from "./solve.js";
import { evaluateStages } from "./stages.js";
import { stepControl } from "./step-control.js";
import { type EmbeddedTableau, isFirstSameAsLast, requireTableau } from "./tableau.js";
import { customGrid } from "./time-grid.js";
import type { NormedSpace, Tolerance } from "./vector-space.js";

/** How accurate an adaptive solve is, how much it may cost, and how to follow it. */
export interface AdaptiveOptions<S> extends StepOptions<S> {
  /** Error of one step relative to the size of a coordinate, at least 0. @defaultValue 1e-6 */
  readonly rtol?: number;
  /** Error of one step in a coordinate near 0, above 0. @defaultValue 1e-8 */
  readonly atol?: number;
  /** Length of the first step tried, above 0. Chosen with one more evaluation where it is not given. */
  readonly initialStep?: number;
  /** How many steps may be tried, accepted or not. @defaultValue 10000 */
  readonly maxSteps?: number;
  /**
   * No step is shorter, but one that lands on a point of the grid; if such a step is rejected, the solve ends. It is never
   * below 10 ulps of the time, where steps stop to be numbers. @defaultValue 0
   */
  readonly minStep?: number;
  /** Lent every accepted step as a curve: for `denseSolution` and `saveAt`. */
  readonly onSegment?: (segment: Segment<S>) => void;
}

/** A step that would end within this part of its length before a grid point is stretched to land on it. */
const STRETCH = 1.01;

type Policy<S> = AdaptiveOptions<S> & Tolerance & { readonly maxSteps: number; readonly minStep: number };

/**
 * An embedded Runge–Kutta method with steps as long as the tolerance allows, over a time grid that may decrease. The grid is
 * often two points, [from, to]; the solve lands exactly on each of its points, so put one where a derivative of the field
 * jumps, and use `saveAt` or `denseSolution` for times that are only looked at. Where the field itself jumps, solve twice.
 *
 * The error of every step, estimated by the embedded weights, is kept within the tolerance in the norm of the space; the
 * more accurate of the two results is carried on. It asks for 1 + (S − 1)·(accepted + rejected) velocities, and one more
 * unless `initialStep` is given. A step whose result or error is not finite is rejected. Copies `y0`; the caller owns the
 * state of the outcome.
 * @throws RangeError at the call when the grid, the tableau (first same as last, with embedded weights) or an option is not
 * valid.
 */
export function adaptive<S>(
  space: NormedSpace<S>,
  tableau: EmbeddedTableau,
  y0: S,
  grid: ArrayLike<number>,
  options: AdaptiveOptions<S> = {},
): Solve<S> {
  requireEmbedded(tableau);
  const policy = { ...options, ...requireOptions(options) };
  return march(space, tableau, y0, customGrid(grid), policy);
}

function* march<S>(space: NormedSpace<S>, tableau: EmbeddedTableau, y0: S, grid: Float64Array, policy: Policy<S>): Solve<S> {
  const { onStep, onSegment, maxSteps, minStep } = policy;
  const work = embeddedStagesOf(space, tableau, y0);
  const steps = { accepted: 0, rejected: 0 };
  let t = grid[0];
  let handsOver = false;
  const finish = (status: SolveStatus): Outcome<S> => {
    handsOver = true;
    return { y: work.y, t, status, steps };
  };
  try {
    onStep?.(0, t, work.y);
    work.k[0] = yield { t, x: work.y, out: work.k[0] };
    if (!Number.isFinite(space.errorNorm(work.k[0], work.y, work.y, policy))) return finish("notFinite");
    let size = policy.initialStep ?? (yield* initialStep(work, t, grid[1], policy));
    const control = stepControl(Math.min(tableau.order, tableau.embedded.order));
    for (const end of grid.subarray(1)) {
      while (t !== end) {
        if (steps.accepted + steps.rejected >= maxSteps) return finish("maxSteps");
        const floor = Math.max(minStep, 10 * Number.EPSILON * Math.max(Math.abs(t), Math.abs(end)));
        size = Math.max(size, floor);
        const next = STRETCH * size >= Math.abs(end - t) ? end : t + Math.sign(end - t) * size;
        yield* evaluateStages(work, t, next, 1);
        const length = Math.abs(next - t);
        const error = stepError(work, next - t, policy);
        if (error <= 1) {
          onSegment?.(segmentOf(work, t, next));
          acceptEmbedded(work);
          // A step cut short to land says nothing against the length that was meant.
          size = Math.max(length * control.accepted(error), next === end && length < size ? size : 0);
          t = next;
          steps.accepted++;
          onStep?.(steps.accepted, t, work.y);
        } else {
          steps.rejected++;
          if (Math.min(size, length) <= floor) return finish(Number.isFinite(error) ? "stepTooSmall" : "notFinite");
          size = length * control.rejected(error);
        }
      }
    }
    return finish("done");
  } finally {
    releaseEmbedded(work, handsOver);
  }
}

/** Throws unless the error of a step can be estimated and its last stage starts the next one. */
function requireEmbedded(tableau: EmbeddedTableau): void {
  requireTableau(tableau);
  const { name, b, embedded, dense } = tableau;
  if (!isFirstSameAsLast(tableau)) {
    throw new RangeError(
      `Cannot adapt the steps of "${name}": its last stage is not the first of the next step; expected c = 1 and a row of a equal to b`,
    );
  }
  for (const [what, weights] of [
    ["embedded.b", embedded.b],
    ["dense", dense ?? b],
  ] as const) {
    if (weights.length !== b.length) {
      throw new RangeError(`Cannot adapt the steps of "${name}": ${what} has ${weights.length} numbers; expected ${b.length}`);
    }
  }
}

/** The options with their defaults. */
function requireOptions<S>({ rtol = 1e-6, atol = 1e-8, initialStep = 1, maxSteps = 10_000, minStep = 0 }: AdaptiveOptions<S>) {
  const rules: readonly [name: string, value: number, holds: boolean, expected: string][] = [
    ["rtol", rtol, rtol >= 0 && rtol < Infinity, "a finite number of at least 0"],
    ["atol", atol, atol > 0 && atol < Infinity, "a finite number above 0, since a coordinate may be 0"],
    ["initialStep", initialStep, initialStep > 0 && initialStep < Infinity, "a finite length above 0"],
    ["maxSteps", maxSteps, maxSteps >= 1, "at least 1"],
    ["minStep", minStep, minStep >= 0 && minStep < Infinity, "a finite length of at least 0"],
  ];
  for (const [name, value, holds, expected] of rules) {
    if (!holds) throw new RangeError(`Cannot adapt the steps: ${name} is ${value}; expected ${expected}`);
  }
  return { rtol, atol, maxSteps, minStep };
}
