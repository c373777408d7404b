import type { VectorSpace } from "./vector-space.js";

/**
 * One accepted step as a curve from (t0, y0) to (t1, y1) with the velocities f0 and f1 at its ends; t1 < t0 on the way back.
 * A solver lends it for the length of a call.
 */
export interface Segment<S> {
  readonly t0: number;
  readonly t1: number;
  readonly y0: S;
  readonly y1: S;
  readonly f0: S;
  readonly f1: S;
  /** h·Σ_i d_i·k_i of a tableau with `dense` weights; without it the curve is cubic. */
  readonly quartic?: S;
}

/**
 * The solution inside a step, with h = t1 − t0 and θ = (t − t0)/h:
 *
 *     y(t) = y0 + θ²(3−2θ)·(y1 − y0) + θ(1−θ)²·h·f0 − θ²(1−θ)·h·f1 + θ²(1−θ)²·quartic
 *
 * It takes the very values y0 and y1, and the slopes f0 and f1, at the ends, so that the curve over all steps is
 * continuous with its derivative [Hairer1993, II.6]. Fills `out`; extrapolates outside the step.
 */
export function interpolate<S>(space: VectorSpace<S>, segment: Segment<S>, t: number, out: S): S {
  const { t0, t1, y0, y1, f0, f1, quartic } = segment;
  const h = t1 - t0;
  const theta = (t - t0) / h;
  const rest = 1 - theta;
  const blend = theta * theta * (3 - 2 * theta);
  let y = space.copy(out, y0);
  y = space.addScaled(y, -blend, y0); // exactly 0 at θ = 1
  y = space.addScaled(y, blend, y1);
  y = space.addScaled(y, h * theta * rest * rest, f0);
  y = space.addScaled(y, -h * theta * theta * rest, f1);
  return quartic === undefined ? y : space.addScaled(y, theta * theta * rest * rest, quartic);
}
