import type { Rng } from "../random/index.js";

/**
 * A complete Riemannian manifold, as much of it as flow matching needs [Chen2024]. Points and tangent vectors are written in
 * `ambient` coordinates. Every `out` is filled and returned, and must not be one of the arguments.
 *
 * v ∈ T_xM *lies inside the cut locus* when t ↦ exp_x(tv) is the only shortest geodesic from x to each of its points up to
 * t = 1 and a little beyond. On these vectors exp_x is one-to-one, and it misses only a set of volume zero.
 */
export interface Manifold {
  /** How it is written, for example `sphere:2`. */
  readonly name: string;
  /** How many numbers a point has: D of a batch [B, D]. */
  readonly ambient: number;
  /** d, the dimension of the tangent spaces. */
  readonly dim: number;
  /** exp_x(v): where the geodesic that leaves x with velocity v is after time 1. */
  exp(x: Float64Array, v: Float64Array, out: Float64Array): Float64Array;
  /**
   * log_x(y): the velocity at x of a shortest geodesic that reaches y at time 1; 0 where y = x. Where several are shortest
   * it is one of them, always the same, so that exp_x(log_x(y)) = y for all x and y.
   */
  log(x: Float64Array, y: Float64Array, out: Float64Array): Float64Array;
  /** The parallel transport of v from x to y along the geodesic of `log(x, y)`. */
  transport(x: Float64Array, y: Float64Array, v: Float64Array, out: Float64Array): Float64Array;
  /**
   * (d exp_x)_v⁻¹ u: the vector of T_xM that the differential of exp_x at v takes to the vector u at exp_x(v). It turns a
   * vector field into one in normal coordinates.
   * @throws RangeError where v reaches a conjugate point, at which the differential is not one-to-one.
   */
  pull(x: Float64Array, v: Float64Array, u: Float64Array, out: Float64Array): Float64Array;
  /** Whether the differential of exp_x is one-to-one along all of t ↦ tv, t ≤ 1: no conjugate point up to v. `pull` needs it. */
  isRegular(v: Float64Array): boolean;
  /** A point of the manifold for coordinates that lie near it. */
  projectPoint(x: Float64Array, out: Float64Array): Float64Array;
  /** The part of an ambient vector that is tangent at x. */
  projectTangent(x: Float64Array, v: Float64Array, out: Float64Array): Float64Array;
  /** ⟨u, v⟩ at x. */
  inner(x: Float64Array, u: Float64Array, v: Float64Array): number;
  /** The length of a shortest geodesic: exactly 0 where y = x, never NaN, and 1-Lipschitz up to rounding. */
  distance(x: Float64Array, y: Float64Array): number;
  /** An orthonormal basis of T_xM, [d, D] row-major. */
  frame(x: Float64Array, out: Float64Array): Float64Array;
  /** log det (d exp_x)_v, the volume that exp_x makes of a unit of volume at v; −∞ unless v lies inside the cut locus. */
  logVolume(x: Float64Array, v: Float64Array): number;
  /** How far coordinates are from being a point, as the manifold measures it; 0 up to rounding for a point. */
  misfit(x: Float64Array): number;
  /** The uniform law, where the volume is finite. */
  readonly uniform?: {
    /** The logarithm of the volume. */
    readonly logVolume: number;
    /** `size` draws, [size, D]; draw b does not depend on `size`. */
    sample(rng: Rng, size: number): Float64Array;
  };
  /**
   * The log-density, at exp_x(v), of exp_x(ξ) with ξ ~ N(0, s²I) in T_xM, for v inside the cut locus or at its edge: the sum over
   * all ξ that lead there. Where geodesics focus, at the antipode of a sphere and back at x, it is infinite in single points,
   * for which a finite number is given.
   */
  logWrappedNormal(v: Float64Array, s: number): number;
}
