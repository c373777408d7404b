import { type Points, requireFinite, row } from "../points/index.js";
import { estimate, fork, normal, type Rng } from "../random/index.js";
import { wasserstein2Line } from "./wasserstein-line.js";

/** Options of `slicedWasserstein2`. */
export interface SlicedOptions {
  readonly rng: Rng;
  /** Directions θ, uniform on the sphere. @defaultValue 128 */
  readonly directions?: number;
}

/** A mean over random directions. */
export interface SlicedWasserstein2 {
  /** SW₂ = √(mean over θ of W₂² along θ). */
  readonly sw2: number;
  /** SW₂². */
  readonly sw2Squared: number;
  /** Of SW₂² over the directions; not of the samples, for which `bootstrapInterval` answers. */
  readonly standardError: number;
}

/**
 * The sliced 2-Wasserstein distance: the mean of W₂² between the projections on random directions [Bonneel2015], each exactly, by
 * sorting. Samples may differ in size. W₂²/D bounds its expectation from above. O(directions · n log n).
 * @throws RangeError when dims differ, a sample is empty or not finite, or there are fewer than two directions.
 */
export function slicedWasserstein2(x: Points, y: Points, { rng, directions = 128 }: SlicedOptions): SlicedWasserstein2 {
  if (x.dim !== y.dim || x.size === 0 || y.size === 0 || !(Number.isInteger(directions) && directions >= 2)) {
    throw new RangeError(
      `Cannot measure sliced W2: the samples are [${x.size}, ${x.dim}] and [${y.size}, ${y.dim}] with ${directions} directions; expected equal dims, points, and at least 2 directions`,
    );
  }
  requireFinite(x, "x");
  requireFinite(y, "y");
  const squares = Float64Array.from({ length: directions }, (_, k) => {
    const theta = normal(fork(rng, k), new Float64Array(x.dim));
    const length = Math.hypot(...theta);
    const unit = theta.map((v) => v / length);
    return wasserstein2Line({ values: project(x, unit) }, { values: project(y, unit) });
  });
  const { mean, standardError } = estimate(squares);
  return { sw2: Math.sqrt(mean), sw2Squared: mean, standardError };
}

/** x·θ of every row. */
function project(x: Points, theta: Float64Array): Float64Array {
  return Float64Array.from({ length: x.size }, (_, b) => row(x, b).reduce((sum, v, d) => sum + v * theta[d], 0));
}
