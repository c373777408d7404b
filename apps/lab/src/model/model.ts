import { type AtomPath, atomPath, atoms, condOt, fork, rngOf, toySets } from "@fluxion/core";
import { reachOf } from "../geometry/frame.js";
import type { LabState } from "../state/lab-state.js";

/** Data points of a set: enough for its shape, few enough that a map of the plane takes no time. */
export const DATA_POINTS = 200;

/** What the views draw: the exact marginal path from N(0, I) onto a toy set, α = t, β = 1 − t. */
export interface Model {
  readonly path: AtomPath;
  /** Half the side of the square that is shown. */
  readonly reach: number;
}

/**
 * The model of a state, which depends on its data and its seed alone.
 * @throws RangeError for a name that is no toy set.
 */
export function modelOf({ data, seed }: Pick<LabState, "data" | "seed">): Model {
  const draw = Object.hasOwn(toySets, data) ? toySets[data] : undefined;
  if (draw === undefined) {
    throw new RangeError(`Cannot show "${data}": no such toy set; expected one of ${Object.keys(toySets).join(", ")}`);
  }
  const points = draw(fork(rngOf(seed), "data"), DATA_POINTS);
  return { path: atomPath(condOt(), atoms(points)), reach: reachOf(points) };
}
