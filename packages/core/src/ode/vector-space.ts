import { type Points, zerosLike } from "../points/index.js";

/**
 * All that an ODE solver knows about its state: it lives in a vector space.
 * Ownership: a function consumes its first argument, borrows the others, and the caller keeps the result.
 */
export interface VectorSpace<S> {
  /** x, in the memory of `into` where the state is mutable. */
  copy(into: S, x: S): S;
  /** y + s·x. */
  addScaled(y: S, s: number, x: S): S;
  /** Fresh storage with the shape of x; contents unspecified. */
  like(x: S): S;
  free(x: S): void;
  /** Whether every coordinate of x is finite. Left out where an answer costs a read-back; then nothing checks fixed steps. */
  isFinite?(x: S): boolean;
}

/** The error that one step may make in a coordinate of size |y|: atol + rtol·|y|. */
export interface Tolerance {
  /** Absolute part, above 0. */
  readonly atol: number;
  /** Relative part, at least 0. */
  readonly rtol: number;
}

/** A vector space in which an error can be weighed against a tolerance: what step size control needs. */
export interface NormedSpace<S> extends VectorSpace<S> {
  /**
   * The size of `error` relative to atol + rtol·max(|y0|, |y1|): at most 1 where the step is good enough, and NaN or ∞
   * where `error` or `y1` is not finite. Borrows all its arguments.
   */
  errorNorm(error: S, y0: S, y1: S, tolerance: Tolerance): number;
}

/**
 * The default: points in float64, updated in place. An error is weighed by its root mean square over the D coordinates of
 * a point, [Hairer1993, II.4, eq. (4.11)], and by its maximum over the B points: every trajectory is within the
 * tolerance, so that batching trajectories cannot make one of them less accurate.
 */
export const pointSpace: NormedSpace<Points> = {
  like: zerosLike,
  copy(into, x) {
    into.data.set(x.data);
    return into;
  },
  addScaled(y, s, x) {
    const [into, from] = [y.data, x.data]; // out of the loop: twice as fast
    for (let i = 0; i < into.length; i++) into[i] += s * from[i];
    return y;
  },
  free() {},
  isFinite(x) {
    for (let i = 0; i < x.data.length; i++) if (!Number.isFinite(x.data[i])) return false;
    return true;
  },
  errorNorm(error, y0, y1, { atol, rtol }) {
    const D = error.dim;
    let worst = 0;
    for (let b = 0; b < error.size; b++) {
      let sum = 0;
      for (let i = b * D; i < (b + 1) * D; i++) {
        if (!Number.isFinite(y1.data[i])) return Number.NaN; // an infinite scale would hide it
        const r = error.data[i] / (atol + rtol * Math.max(Math.abs(y0.data[i]), Math.abs(y1.data[i])));
        sum += r * r;
      }
      worst = Math.max(worst, sum / D); // NaN stays NaN
    }
    return Math.sqrt(worst);
  },
};
