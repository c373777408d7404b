import { type ConditionalsAt, posteriorMean, requireWeights } from "../field/index.js";
import type { VectorField } from "../ode/index.js";
import { type Points, requireFinite, row } from "../points/index.js";
import type { Scheduler } from "../scheduler/index.js";
import {
  addGeodesicVelocity,
  type GeodesicTime,
  geodesicConditionals,
  isReached,
  type ManifoldAtoms,
} from "./geodesic-conditionals.js";
import type { Manifold } from "./manifold.js";
import type { ManifoldSource } from "./manifold-source.js";
import { requireAmbient, requireOnManifold } from "./on-manifold.js";

/** What the exact marginal is at one point. */
export interface GeodesicMarginal {
  /** log p_t(x), nats, with respect to the Riemannian volume; −∞ where no data point can have led to x. Eq. (M3) */
  readonly logDensity: number;
  /** p_t(z_i|x), [N]; all 0 where the density is. Eq. (M5) */
  readonly posterior: Float64Array;
  /** u_t(x), [D]. Eq. (M6) */
  readonly velocity: Float64Array;
}

/** The exact marginal vector field over data on a manifold; `evaluate` fills velocities [B, D] in ambient coordinates. */
export interface GeodesicField extends VectorField {
  readonly manifold: Manifold;
  readonly scheduler: Scheduler;
  readonly source: ManifoldSource;
  /** z_i, [N, D]. */
  readonly data: Points;
  /** Density, posterior and velocity at one point x, [D]. */
  at(t: number, x: Float64Array): GeodesicMarginal;
  /** log p_t of points [B, D], into `out` [B]. */
  logDensity(t: number, x: Points, out: Float64Array): Float64Array;
  /** The data points z_i with p_t(x|z_i) > 0, however small, ascending. */
  support(t: number, x: Float64Array): number[];
}

/** What the field is made of. */
export interface GeodesicFieldOptions {
  readonly scheduler: Scheduler;
  /** p_init; its manifold is that of the field. */
  readonly source: ManifoldSource;
}

/**
 * The marginal vector field of geodesic paths to finitely many data points,
 *
 *     u_t(x) = Σ_i p_t(z_i|x) · u_t(x|z_i),
 *
 * a mean of vectors of one tangent space; it moves p_t(x) = Σ_i π_i p_t(x|z_i) along the continuity equation on the manifold,
 * by the same argument as on R^d [Chen2024, Theorem 3.1]. Both sums are over all data: the values are exact up to
 * rounding. Eq. (M6)
 *
 * Where p_t(x) = 0, which a solver may touch by rounding, the field is continued by the velocity towards the nearest data
 * point; no probability passes there, and on S^d this continuation is continuous across the edge of the support.
 * @throws RangeError when the weights do not sum to one, the data are not on the manifold of the source, or, at evaluation,
 * x is no point or β_t = 0: atoms have no density at t = 1.
 */
export function geodesicField(
  atoms: { readonly points: Points; readonly logWeights: Float64Array },
  { scheduler, source }: GeodesicFieldOptions,
): GeodesicField {
  const { manifold } = source;
  const data = atoms.points;
  requireOnManifold(manifold, data, "the data");
  requireWeights(atoms.logWeights, data.size);
  const all: ManifoldAtoms = {
    rows: Array.from({ length: data.size }, (_, i) => row(data, i)),
    logWeights: atoms.logWeights,
  };
  const timeOf = (t: number): GeodesicTime => {
    const { beta, dBeta } = scheduler.at(t);
    if (beta > 0 && Number.isFinite(dBeta)) return { beta, dBeta };
    throw new RangeError(
      `Cannot evaluate the field at t = ${t}: (β, β̇) is (${beta}, ${dBeta}); expected a time at which β is above 0 and β̇ finite`,
    );
  };
  const marginal = (time: GeodesicTime, x: Float64Array, velocity: Float64Array): Omit<GeodesicMarginal, "velocity"> => {
    const conditionals = once(geodesicConditionals(source, all, time, x));
    if (conditionals.reached) return posteriorMean(conditionals, velocity);
    velocity.fill(0);
    addGeodesicVelocity(manifold, time, { x, z: all.rows[nearestAtom(manifold, all.rows, x)], weight: 1 }, velocity);
    return { logDensity: -Infinity, posterior: new Float64Array(data.size) };
  };
  return {
    manifold,
    scheduler,
    source,
    data,
    evaluate(t, x, out) {
      requireAmbient(manifold, x, "the points");
      requireFinite(x, "the points");
      const time = timeOf(t);
      for (let b = 0; b < x.size; b++) marginal(time, row(x, b), row(out, b));
      return out;
    },
    at(t, x) {
      requireOnManifold(manifold, { data: x, size: 1, dim: x.length }, "the point");
      const velocity = new Float64Array(manifold.ambient);
      return { ...marginal(timeOf(t), x, velocity), velocity };
    },
    logDensity(t, x, out) {
      requireOnManifold(manifold, x, "the points");
      const time = timeOf(t);
      const unused = new Float64Array(manifold.ambient);
      for (let b = 0; b < x.size; b++) out[b] = marginal(time, row(x, b), unused).logDensity;
      return out;
    },
    support(t, x) {
      requireOnManifold(manifold, { data: x, size: 1, dim: x.length }, "the point");
      const time = timeOf(t);
      return all.rows.flatMap((z, i) => (isReached(manifold, time, x, z) ? [i] : []));
    },
  };
}

/** The same conditionals with every density computed once, and whether one of them is positive. */
function once(conditionals: ConditionalsAt): ConditionalsAt & { readonly reached: boolean } {
  const logs = Float64Array.from({ length: conditionals.size }, (_, i) => conditionals.logJoint(i));
  return { ...conditionals, logJoint: (i) => logs[i], reached: logs.some((value) => value !== -Infinity) };
}

/** The data point at the smallest distance from x; the first of several. */
export function nearestAtom(manifold: Manifold, rows: readonly Float64Array[], x: Float64Array): number {
  let [best, least] = [0, Infinity];
  rows.forEach((z, i) => {
    const distance = manifold.distance(x, z);
    if (distance < least) [best, least] = [i, distance];
  });
  return best;
}
