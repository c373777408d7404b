import { type Assignment, assignment, squaredDistances } from "../coupling/index.js";
import { type Points, requireFinite } from "../points/index.js";

/** The assignment of two samples of equal size that is optimal for ‖x − y‖², with its prices. */
export function wasserstein2Squares(x: Points, y: Points): Assignment {
  if (x.size !== y.size || x.size === 0) {
    throw new RangeError(
      `Cannot measure W2: the samples have ${x.size} and ${y.size} points; expected equal sizes of at least 1`,
    );
  }
  requireFinite(x, "x");
  requireFinite(y, "y");
  return assignment(squaredDistances(x, y), x.size);
}
