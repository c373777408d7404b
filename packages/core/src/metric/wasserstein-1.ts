import { assignment, squaredDistances } from "../coupling/index.js";
import { type Points, requireFinite } from "../points/index.js";

/**
 * W₁ = min_σ (1/n) Σ ‖x_b − y_σ(b)‖ between two samples of equal size, exactly, by assignment: O(n³) time, n² numbers.
 * @throws RangeError when sizes or dims differ, the samples are empty, or a coordinate is not finite.
 */
export function wasserstein1(x: Points, y: Points): number {
  if (x.size !== y.size || x.size === 0) {
    throw new RangeError(
      `Cannot measure W1: the samples have ${x.size} and ${y.size} points; expected equal sizes of at least 1`,
    );
  }
  requireFinite(x, "x");
  requireFinite(y, "y");
  const distances = squaredDistances(x, y);
  for (let i = 0; i < distances.length; i++) distances[i] = Math.sqrt(distances[i]);
  return assignment(distances, x.size).cost / x.size;
}
