import type { Solve } from "./solve.js";
import { accept, advance, evaluateStages, release, stagesOf } from "./stages.js";
import { requireTableau, stagesToAdvance, type Tableau } from "./tableau.js";
import { customGrid } from "./time-grid.js";
import type { VectorSpace } from "./vector-space.js";

/** How to follow a solve from step to step. */
export interface StepOptions<S> {
  /**
   * Shown the initial state as n = 0 and then the state after every accepted step: y at time t. The state is borrowed and
   * changes when the call returns; `recordStates` keeps copies.
   */
  readonly onStep?: (n: number, t: number, y: S) => void;
}

/**
 * An explicit Runge–Kutta method over the time grid t_0, …, t_K; a decreasing grid integrates backwards.
 * It asks for K·S velocities, S = `stagesToAdvance(tableau)`: the stage of `dopri5` that is the first of the next step is
 * asked for once. Where the space can tell, a state that is not finite ends the solve with the last one that was.
 * Copies `y0`; the caller owns the state of the outcome.
 * @throws RangeError at the call when the grid or the tableau is not one.
 */
export function rungeKutta<S>(
  space: VectorSpace<S>,
  tableau: Tableau,
  y0: S,
  grid: ArrayLike<number>,
  options: StepOptions<S> = {},
): Solve<S> {
  requireTableau(tableau);
  return march(space, tableau, y0, customGrid(grid), options);
}

function* march<S>(space: VectorSpace<S>, tableau: Tableau, y0: S, grid: Float64Array, { onStep }: StepOptions<S>): Solve<S> {
  const work = stagesOf(space, tableau, y0, stagesToAdvance(tableau));
  let handsOver = false;
  try {
    let n = 0;
    onStep?.(n, grid[n], work.y);
    for (; n + 1 < grid.length; n++) {
      yield* evaluateStages(work, grid[n], grid[n + 1], 0);
      advance(work, grid[n + 1] - grid[n], tableau.b);
      if (space.isFinite && !space.isFinite(work.next)) break;
      accept(work);
      onStep?.(n + 1, grid[n + 1], work.y);
    }
    handsOver = true;
    const status = n + 1 < grid.length ? "notFinite" : "done";
    return { y: work.y, t: grid[n], status, steps: { accepted: n, rejected: 0 } };
  } finally {
    release(work, handsOver);
  }
}
