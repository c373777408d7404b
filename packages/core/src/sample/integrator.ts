import {
  adaptive,
  dopri5,
  type NormedSpace,
  rungeKutta,
  type Solve,
  type StepOptions,
  type Tableau,
  uniformGrid,
} from "../ode/index.js";

/** A way to integrate from one time to another, whatever the state. */
export type Integrator = <S>(
  space: NormedSpace<S>,
  y0: S,
  ends: { readonly from: number; readonly to: number },
  hooks?: StepOptions<S>,
) => Solve<S>;

/**
 * A method with a fixed number of steps, equal in t unless `grid` places them (`snrGrid` for the same states under every
 * scheduler).
 */
export function fixedSteps(
  tableau: Tableau,
  steps: number,
  grid: (steps: number, ends: { readonly from: number; readonly to: number }) => Float64Array = uniformGrid,
): Integrator {
  return (space, y0, ends, hooks = {}) => rungeKutta(space, tableau, y0, grid(steps, ends), hooks);
}

/** Tolerances of `adaptiveSteps`. */
export interface AdaptiveTolerance {
  /** @defaultValue 1e-6 */
  readonly rtol?: number;
  /** @defaultValue 1e-8 */
  readonly atol?: number;
}

/** Dormand–Prince 5(4) with steps as long as the tolerance allows. */
export function adaptiveSteps({ rtol = 1e-6, atol = 1e-8 }: AdaptiveTolerance = {}): Integrator {
  return (space, y0, { from, to }, hooks = {}) => adaptive(space, dopri5, y0, [from, to], { rtol, atol, ...hooks });
}
