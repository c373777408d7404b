import {
  pointSpace,
  type Solution,
  type Solve,
  type SolveOptions,
  type StepOptions,
  solve,
  solveAsync,
  type VectorField,
} from "../ode/index.js";
import type { Points } from "../points/index.js";
import { adaptiveSteps, type Integrator } from "./integrator.js";
import { requireDone } from "./solve-error.js";

/** How to push points through a vector field. */
export interface GenerateOptions extends SolveOptions, StepOptions<Points> {
  /** @defaultValue `adaptiveSteps()` */
  readonly integrator?: Integrator;
  /** @defaultValue 0 */
  readonly from?: number;
  /** Time of the last state; below `from` the flow runs backwards. @defaultValue 1 */
  readonly to?: number;
}

/**
 * Transports points along ẋ = u_t(x) from time `from` to time `to`: sampling, encoding when backwards. Eq. (M4)
 * @throws SolveError when the solve cannot reach the end.
 */
export function generate(field: VectorField, x0: Points, options: GenerateOptions = {}): Solution<Points> {
  return requireDone(solve(steps(x0, options), field, options));
}

/** `generate` for a field that answers later: a network, a worker, a GPU. */
export async function generateAsync(
  field: VectorField<Points, Points | Promise<Points>>,
  x0: Points,
  options: GenerateOptions = {},
): Promise<Solution<Points>> {
  return requireDone(await solveAsync(steps(x0, options), field, options));
}

function steps(x0: Points, { integrator = adaptiveSteps(), from = 0, to = 1, onStep }: GenerateOptions): Solve<Points> {
  return integrator(pointSpace, x0, { from, to }, onStep ? { onStep } : {});
}
