import { requireWanted, type SolveOptions } from "./solve-options.js";
import type { VectorField } from "./vector-field.js";

/**
 * What a solver asks of the world: the velocity at (t, x), preferably written into `out`. One request is one evaluation.
 * `x` is borrowed until the answer. The answer takes the place of `out`: a field that answers with another state has
 * disposed of `out` and hands its answer over.
 */
export interface Evaluation<S> {
  readonly t: number;
  readonly x: S;
  readonly out: S;
}

/**
 * How a solve ended: at the end of its grid, or before it because `maxSteps` steps were tried, because the tolerance asked
 * for a step shorter than `minStep` or than time resolves, or because the field or the state was not finite.
 */
export type SolveStatus = "done" | "maxSteps" | "stepTooSmall" | "notFinite";

/** What a solve leaves: the state `y` at time `t`, which is the end of the grid when `status` is "done". */
export interface Outcome<S> {
  /** The last state that was accepted; the caller owns it. */
  readonly y: S;
  /** The time that was reached. */
  readonly t: number;
  readonly status: SolveStatus;
  readonly steps: { readonly accepted: number; readonly rejected: number };
}

/** A solve under way: it owns the arithmetic, asks for every velocity, and leaves it to its driver how that is found. */
export type Solve<S> = Generator<Evaluation<S>, Outcome<S>, S>;

/** An outcome and what it cost. */
export interface Solution<S> extends Outcome<S> {
  /** The number of function evaluations: how often the solve asked. A batch is evaluated at once and counts as one. */
  readonly nfe: number;
}

/**
 * Runs a solve with a field that answers at once: closed form, WASM, native, or a tracer.
 * A solve that ends before its grid does says so in `status`; it is a result, not an error.
 * @throws the signal's `reason`, or an "AbortError", once the signal is aborted, and whatever the field throws.
 */
export function solve<S>(steps: Solve<S>, field: VectorField<S>, options: SolveOptions = {}): Solution<S> {
  try {
    let next = steps.next();
    for (let nfe = 0; ; ) {
      if (next.done) return { ...next.value, nfe };
      const { t, x, out } = next.value;
      requireWanted(options, nfe, t);
      const velocity = field.evaluate(t, x, out);
      nfe++;
      options.onProgress?.(nfe, t);
      next = steps.next(velocity);
    }
  } catch (error) {
    steps.throw(error); // lets the solve free its states, and rethrows
    throw error;
  }
}
