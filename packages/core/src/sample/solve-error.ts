import type { Solution } from "../ode/index.js";

/** A solve that ended before its time; carries the last good state. */
export class SolveError extends Error {
  readonly solution: Solution<unknown>;

  constructor(solution: Solution<unknown>) {
    const { status, t, nfe } = solution;
    const reasons = {
      done: "it ended",
      maxSteps: "the largest number of steps was reached",
      stepTooSmall: "the tolerance needs steps shorter than the least",
      notFinite: "the field or the state was not finite",
    };
    super(`Cannot finish the solve: ${reasons[status]} at t = ${t} after ${nfe} evaluations; expected to reach the end`);
    this.name = "SolveError";
    this.solution = solution;
  }
}

/** The solution itself when it reached its end. @throws SolveError otherwise. */
export function requireDone<S>(solution: Solution<S>): Solution<S> {
  if (solution.status !== "done") throw new SolveError(solution);
  return solution;
}
