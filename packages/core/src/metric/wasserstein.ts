import type { Points } from "../points/index.js";
import { wasserstein2Squares } from "./wasserstein-squares.js";

/** The distance between two samples, with the plan that attains it. */
export interface Wasserstein2 {
  /** W₂. */
  readonly w2: number;
  /** W₂² = (1/n) Σ ‖x_b − y_σ(b)‖². */
  readonly w2Squared: number;
  /** σ: the row of y that each row of x is moved to, [n]. */
  readonly plan: Uint32Array;
}

/**
 * The 2-Wasserstein distance between two samples of equal size, exactly, by assignment: O(n³) time, n² numbers.
 * Even a perfect generator scores above zero at finite n: see `wasserstein2Floor`.
 * @throws RangeError when sizes or dims differ, the samples are empty, or a coordinate is not finite.
 */
export function wasserstein2(x: Points, y: Points): Wasserstein2 {
  const { cost, columnOfRow } = wasserstein2Squares(x, y);
  const w2Squared = cost / x.size;
  return { w2: Math.sqrt(w2Squared), w2Squared, plan: columnOfRow };
}
