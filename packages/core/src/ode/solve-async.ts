import type { Solution, Solve } from "./solve.js";
import { requireWanted, type SolveOptions } from "./solve-options.js";
import type { VectorField } from "./vector-field.js";

/**
 * Runs a solve with a field that answers later: WebGPU, a worker, a network. The arithmetic is that of `solve`, so the
 * same velocities give the same bits; an abort takes effect before the next evaluation.
 * @throws the signal's `reason`, or an "AbortError", once the signal is aborted, and whatever the field throws.
 */
export async function solveAsync<S>(
  steps: Solve<S>,
  field: VectorField<S, S | Promise<S>>,
  options: SolveOptions = {},
): Promise<Solution<S>> {
  try {
    let next = steps.next();
    for (let nfe = 0; ; ) {
      if (next.done) return { ...next.value, nfe };
      const { t, x, out } = next.value;
      requireWanted(options, nfe, t);
      const velocity = await field.evaluate(t, x, out);
      nfe++;
      options.onProgress?.(nfe, t);
      next = steps.next(velocity);
    }
  } catch (error) {
    steps.throw(error); // lets the solve free its states, and rethrows
    throw error;
  }
}
