import type { Points } from "../points/index.js";
import { derivative } from "./difference.js";
import { axis, moved } from "./probes.js";

/** Σ_d ∂u_d/∂x_d by differences. */
export interface Trace {
  readonly value: number;
  /** Sum of the differences' own error estimates. */
  readonly error: number;
  /** Σ_d |∂u_d/∂x_d|. */
  readonly size: number;
}

/** The divergence of a velocity at the first point of x, with `levels` steps from `step` down for every coordinate. */
export function traceByDifferences(velocity: (x: Points) => Float64Array, x: Points, step: number, levels: number): Trace {
  let [value, error, size] = [0, 0, 0];
  for (let d = 0; d < x.dim; d++) {
    const e = axis(x.dim, d);
    const partial = derivative((h) => velocity(moved(x, 0, h, e))[d], step, levels);
    value += partial.value;
    error += partial.error;
    size += Math.abs(partial.value);
  }
  return { value, error, size };
}
