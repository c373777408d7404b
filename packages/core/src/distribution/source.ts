import { type Points, requireFinite } from "../points/index.js";
import type { Rng } from "../random/index.js";

/** p_init, the distribution at t = 0: what the path of a data point starts from. */
export interface Source {
  /** D. */
  readonly dim: number;
  /** Whether it is N(0, I), for which the posterior has its fast form. */
  readonly isotropic: boolean;
  /** `size` independent draws; draw b does not depend on `size`. */
  sample(rng: Rng, size: number): Points;
  /** log p_init(x), nats, into `out` [B]. */
  logDensity(x: Points, out: Float64Array): Float64Array;
  /** ∇ log p_init(x), into `out` [B, D], which must not be `x`. */
  score(x: Points, out: Points): Points;
}

/** What a user's own source has to give; `isotropic` is false whatever it is. */
export type UserSource = Omit<Source, "isotropic">;

/** A source from its three functions, with shapes and draws checked on every call. */
export function userSource(source: UserSource): Source {
  const { dim } = source;
  if (!(Number.isInteger(dim) && dim >= 1)) {
    throw new RangeError(`Cannot make a source: dim is ${dim}; expected a positive integer`);
  }
  return {
    dim,
    isotropic: false,
    sample(rng, size) {
      const x = source.sample(rng, size);
      if (x.dim !== dim || x.size !== size) {
        throw new RangeError(`Cannot draw from the source: it gave [${x.size}, ${x.dim}]; expected [${size}, ${dim}]`);
      }
      requireFinite(x, "the draws of the source");
      return x;
    },
    logDensity(x, out) {
      requireDim(x, dim);
      return source.logDensity(x, out);
    },
    score(x, out) {
      requireDim(x, dim);
      return source.score(x, out);
    },
  };
}

/** Throws unless x has dimension `dim`. */
export function requireDim(x: Points, dim: number): void {
  if (x.dim === dim) return;
  throw new RangeError(`Cannot evaluate the source: x has dim ${x.dim}, the source has dim ${dim}; expected equal dims`);
}
