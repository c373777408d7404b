/**
 * The geodesic conditional path to z in closed form. x ↦ x₀ = exp_z(v/β) with v = log_z(x) undoes it, and in normal
 * coordinates at z it is multiplication by 1/β; with θ_z(v) = det (d exp_z)_v,
 *
 *     p_t(x|z) = p_init(x₀) · β^(−d) · θ_z(v/β)/θ_z(v)          u_t(x|z) = −(β̇/β)·log_x(z)
 *
 * Both are exact. The path follows shortest geodesics, so that x has an x₀ only where v/β lies inside the cut locus of z:
 * elsewhere p_t(x|z) = 0. On S^d the support is the cap of radius βπ around z; on T^d the cell |v_i| < βπ; R^d and H^d are
 * the support of every conditional path. x₀ on the cut locus itself has probability 0.
 *
 * On S^d, d ≥ 2, the density goes to 0 at the edge of the cap. On T^d, S¹ and rotations it jumps there, and with it the
 * marginal field. The edge moves with the velocity u_z of the path to z; with w the mean velocity of the others and λ the
 * weight of z inside, points move relative to the edge at (1 − λ)(w − u_z) inside and w − u_z outside: in the same direction.
 * They cross it, the fluxes on both sides agree, and the continuity equation holds across the jump as it does beside it.
 */
import type { ConditionalsAt } from "../field/index.js";
import type { Manifold } from "./manifold.js";
import type { ManifoldSource } from "./manifold-source.js";

/** Data points on a manifold as rows, with their log-weights. */
export interface ManifoldAtoms {
  readonly rows: readonly Float64Array[];
  readonly logWeights: Float64Array;
}

/** A point of time as a geodesic path sees it. */
export interface GeodesicTime {
  /** β_t > 0, the share of the way that is left. */
  readonly beta: number;
  readonly dBeta: number;
}

/** Memory for one pair of points. */
interface Scratch {
  readonly v: Float64Array;
  readonly back: Float64Array;
  readonly x0: Float64Array;
}

const scratchOf = (D: number): Scratch => ({
  v: new Float64Array(D),
  back: new Float64Array(D),
  x0: new Float64Array(D),
});

/** v = log_z(x) and v/β into `scratch`; log θ_z(v/β), which is −∞ outside the support. */
function backwards(manifold: Manifold, beta: number, [x, z]: readonly [Float64Array, Float64Array], scratch: Scratch): number {
  const { v, back } = scratch;
  manifold.log(z, x, v);
  for (let i = 0; i < v.length; i++) back[i] = v[i] / beta;
  return manifold.logVolume(z, back);
}

/** Whether p_t(x|z) > 0: x lies on the path from some x₀ to z, found by shortest geodesics. */
export function isReached(manifold: Manifold, { beta }: Pick<GeodesicTime, "beta">, x: Float64Array, z: Float64Array): boolean {
  return beta === 1 || backwards(manifold, beta, [x, z], scratchOf(x.length)) > -Infinity;
}

/**
 * log p_t(x|z), nats, with respect to the Riemannian volume; −∞ outside the support.
 * @throws RangeError unless 0 < β ≤ 1: at β = 0 all is at z, without a density.
 */
export function geodesicLogDensity(
  source: ManifoldSource,
  { beta }: Pick<GeodesicTime, "beta">,
  x: Float64Array,
  z: Float64Array,
): number {
  if (!(beta > 0 && beta <= 1)) {
    throw new RangeError(`Cannot evaluate the density of a geodesic path at β = ${beta}; expected 0 < β ≤ 1`);
  }
  return logDensityOf(source, beta, [x, z], scratchOf(x.length));
}

function logDensityOf(
  source: ManifoldSource,
  beta: number,
  [x, z]: readonly [Float64Array, Float64Array],
  scratch: Scratch,
): number {
  if (beta === 1) return source.logDensity(x); // x₀ = x, also on the cut locus of z
  const { manifold } = source;
  const volume = backwards(manifold, beta, [x, z], scratch);
  if (volume === -Infinity) return -Infinity;
  const x0 = source.constant ? x : manifold.exp(z, scratch.back, scratch.x0);
  return source.logDensity(x0) - manifold.dim * Math.log(beta) + volume - manifold.logVolume(z, scratch.v);
}

/** out += weight · u_t(x|z), the velocity of the path to z at x. */
export function addGeodesicVelocity(
  manifold: Manifold,
  { beta, dBeta }: GeodesicTime,
  { x, z, weight }: { readonly x: Float64Array; readonly z: Float64Array; readonly weight: number },
  out: Float64Array,
): void {
  const towards = manifold.log(x, z, new Float64Array(x.length));
  const scale = (-dBeta / beta) * weight;
  for (let i = 0; i < out.length; i++) out[i] += scale * towards[i];
}

/** The paths to all data points, seen from x at one time. Eq. (M5) */
export function geodesicConditionals(
  source: ManifoldSource,
  { rows, logWeights }: ManifoldAtoms,
  time: GeodesicTime,
  x: Float64Array,
): ConditionalsAt {
  const scratch = scratchOf(x.length);
  return {
    size: rows.length,
    logJoint: (i) => logWeights[i] + logDensityOf(source, time.beta, [x, rows[i]], scratch),
    add: (i, weight, out) => addGeodesicVelocity(source.manifold, time, { x, z: rows[i], weight }, out),
  };
}
