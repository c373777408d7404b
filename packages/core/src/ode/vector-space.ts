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
}

/** The default: points in float64, updated in place. */
export const pointSpace: VectorSpace<Points> = {
  like: zerosLike,
  copy(into, x) {
    into.data.set(x.data);
    return into;
  },
  addScaled(y, s, x) {
    for (let i = 0; i < y.data.length; i++) y.data[i] += s * x.data[i];
    return y;
  },
  free() {},
};
