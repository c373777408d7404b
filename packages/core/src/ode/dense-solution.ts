import { interpolate, type Segment } from "./segment.js";
import type { VectorSpace } from "./vector-space.js";

/** A solution at every time of an adaptive solve. It owns its states: three for every step. */
export interface DenseSolution<S> {
  /** Give this to `adaptive`: it copies every segment. */
  readonly onSegment: (segment: Segment<S>) => void;
  /** Where the solver stopped, from the start to the last accepted step. */
  readonly times: readonly number[];
  /**
   * The solution at time t, into `out`. At the `times` it is the solver's own state; between them it has the order of the
   * interpolant (4 for `dopri5`), whose error is not controlled: measured, up to 30 tolerances.
   * @throws RangeError unless t lies between the first and the last of the `times`.
   */
  at(t: number, out: S): S;
  /** Frees the states; the solution is empty again. */
  free(): void;
}

/** An empty solution, to be filled by one solve: `adaptive(space, dopri5, y0, [0, 1], { onSegment: dense.onSegment })`. */
export function denseSolution<S>(space: VectorSpace<S>): DenseSolution<S> {
  const times: number[] = []; // [K + 1]
  const states: S[] = []; // [K + 1]
  const velocities: S[] = []; // [K + 1]
  const quartics: (S | undefined)[] = []; // [K]
  const keep = (x: S): S => space.copy(space.like(x), x);
  const end = (t: number, y: S, velocity: S): void => {
    times.push(t);
    states.push(keep(y));
    velocities.push(keep(velocity));
  };

  return {
    times,
    onSegment({ t0, t1, y0, y1, f0, f1, quartic }) {
      if (times.length === 0) end(t0, y0, f0);
      else if (times[times.length - 1] !== t0) {
        throw new RangeError(
          `Cannot extend the dense solution: it ends at t = ${times[times.length - 1]} and the step starts at ${t0}; expected the steps of one solve`,
        );
      }
      end(t1, y1, f1);
      quartics.push(quartic === undefined ? undefined : keep(quartic));
    },
    at(t, out) {
      const n = stepOf(times, t);
      const quartic = quartics[n];
      const [y0, y1, f0, f1] = [states[n], states[n + 1], velocities[n], velocities[n + 1]];
      const ends = { t0: times[n], t1: times[n + 1], y0, y1, f0, f1 };
      return interpolate(space, quartic === undefined ? ends : { ...ends, quartic }, t, out);
    },
    free() {
      for (const x of [...states, ...velocities, ...quartics]) if (x !== undefined) space.free(x);
      for (const list of [times, states, velocities, quartics]) list.length = 0;
    },
  };
}

/** The index of a step that contains t, by bisection; times increase or decrease. */
function stepOf(times: readonly number[], t: number): number {
  const last = times.length - 1;
  const direction = Math.sign(times[last] - times[0]);
  if (!((t - times[0]) * direction >= 0 && (times[last] - t) * direction >= 0)) {
    const range = last > 0 ? `a time from ${times[0]} to ${times[last]}` : "a solution that has at least one step";
    throw new RangeError(`Cannot evaluate the dense solution: t is ${t}; expected ${range}`);
  }
  let [low, high] = [0, last];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((t - times[middle]) * direction >= 0) low = middle;
    else high = middle;
  }
  return low;
}
