import type { VectorSpace } from "./vector-space.js";

/** The states of a solve, copied: `states[n]` at `times[n]`, from the initial one (n = 0) to the last. The caller owns them. */
export interface StateRecord<S> {
  readonly times: number[];
  readonly states: S[];
  /** Give this to a solver. */
  readonly onStep: (n: number, t: number, y: S) => void;
}

/** An empty record, to be filled by one solve: `rungeKutta(space, rk4, y0, grid, { onStep: record.onStep })`. */
export function recordStates<S>(space: VectorSpace<S>): StateRecord<S> {
  const times: number[] = [];
  const states: S[] = [];
  return {
    times,
    states,
    onStep(_, t, y) {
      times.push(t);
      states.push(space.copy(space.like(y), y));
    },
  };
}
