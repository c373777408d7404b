import { interpolate, type Segment } from "./segment.js";
import { customGrid } from "./time-grid.js";
import type { VectorSpace } from "./vector-space.js";

/**
 * An `onSegment` hook that shows the solution at given times, by interpolation: the times do not shorten any step, and no
 * step is kept. `save(i, t, y)` is called once for every time that the solve reaches, in order; y is borrowed.
 * For one solve.
 * @throws RangeError unless the times are finite and strictly monotone; while solving, unless they run the way of the
 * solve and begin no earlier.
 */
export function saveAt<S>(
  space: VectorSpace<S>,
  times: ArrayLike<number>,
  save: (i: number, t: number, y: S) => void,
): (segment: Segment<S>) => void {
  const wanted = times.length === 1 ? Float64Array.of(times[0]) : customGrid(times);
  let started = false;
  let i = 0;
  return (segment) => {
    const { t0, t1 } = segment;
    const direction = Math.sign(t1 - t0);
    if (!started) requireAhead(wanted, t0, direction);
    started = true;
    if (i === wanted.length || (t1 - wanted[i]) * direction < 0) return;
    let y = space.like(segment.y0);
    for (; i < wanted.length && (t1 - wanted[i]) * direction >= 0; i++) {
      y = interpolate(space, segment, wanted[i], y);
      save(i, wanted[i], y);
    }
    space.free(y);
  };
}

/** Throws unless the times start at or after t0 and run in the given direction. */
function requireAhead(wanted: Float64Array, t0: number, direction: number): void {
  const last = wanted[wanted.length - 1];
  const opposed = wanted.length > 1 && (last - wanted[0]) * direction < 0;
  if (!opposed && (wanted[0] - t0) * direction >= 0) return;
  throw new RangeError(
    `Cannot save the solution: the times run from ${wanted[0]} to ${last} and the solve ${direction > 0 ? "up" : "down"} from ${t0}; expected times on the way of the solve`,
  );
}
