import { rk4, type SolveOptions, solve, type Tableau, uniformGrid } from "../ode/index.js";
import { type Points, row } from "../points/index.js";
import { type GeodesicField, nearestAtom } from "./geodesic-field.js";
import { geodesicRungeKutta } from "./geodesic-runge-kutta.js";

/** Options of `geodesicFlow`. */
export interface GeodesicFlowOptions extends SolveOptions {
  /** Times of the steps, from where the points are to below 1. @defaultValue 100 equal steps from 0 to 0.99 */
  readonly grid?: ArrayLike<number>;
  /** @defaultValue `rk4` */
  readonly tableau?: Tableau;
}

/** Where trajectories of the exact field end. */
export interface GeodesicEnds {
  /** States at the last time of the grid, [B, D]. */
  readonly x: Points;
  /** That time. */
  readonly t: number;
  /** The data point at which the trajectory from x ends at t = 1, [B]; −1 where several can still have led to x. */
  readonly atom: Int32Array;
}

/**
 * Transports points along the exact marginal field, and says where they end at t = 1.
 *
 * From a state that only one data point can have led to, the rest of the trajectory is known: it is the geodesic to that
 * point. For along it β shrinks and the way to z shrinks with it, while a support {x : log_z(x)/β inside the cut locus} that does
 * not hold x now holds it at no later time, by the triangle inequality. The supports are balls of radius βπ of the distance
 * (on T^d of the largest angle, on a product of the distance in some factor), so that once they are disjoint every trajectory is in one. On R^d and H^d each support is
 * everything: with several data points nothing is decided before t = 1. A row that a solver has pushed off all
 * supports goes to the data point that continues the field there. Eq. (M6)
 * @throws RangeError when the solve meets a velocity that is not finite.
 */
export function geodesicFlow(field: GeodesicField, x0: Points, options: GeodesicFlowOptions = {}): GeodesicEnds {
  const { grid = uniformGrid(100, { to: 0.99 }), tableau = rk4 } = options;
  const { status, t, y: x } = solve(geodesicRungeKutta(field.manifold, tableau, x0, grid), field, options);
  if (status !== "done") {
    throw new RangeError(`Cannot follow the flow: the solve ended at t = ${t} with status "${status}"; expected "done"`);
  }
  const data = Array.from({ length: field.data.size }, (_, i) => row(field.data, i));
  const atom = Int32Array.from({ length: x.size }, (_, b) => {
    const reached = field.support(t, row(x, b));
    if (reached.length > 0) return reached.length === 1 ? reached[0] : -1;
    return nearestAtom(field.manifold, data, row(x, b));
  });
  return { x, t, atom };
}
