import type { Points } from "../points/index.js";

/**
 * u: (t, x) ↦ velocity. Borrows `x`, fills `out` (never reads or keeps it) and returns where the answer is.
 * The exact field, a Gaussian mixture, a network and a user's own function are all of this shape.
 */
export interface VectorField<S = Points, R extends S | Promise<S> = S> {
  evaluate(t: number, x: S, out: S): R;
}
