import type { Atoms } from "../distribution/index.js";
import { row, takeRows } from "../points/index.js";
import { choice, estimate, fork, type Rng, uniform } from "../random/index.js";
import { addGeodesicVelocity } from "./geodesic-conditionals.js";
import type { GeodesicField } from "./geodesic-field.js";
import { geodesicBatch } from "./geodesic-path.js";

/** Options of `geodesicFloor`. */
export interface GeodesicFloorOptions {
  readonly rng: Rng;
  /** Triples (t, z, x₀) averaged over. @defaultValue 1024 */
  readonly samples?: number;
}

/** The floor of the loss on a manifold. */
export interface GeodesicFloor {
  /** V, in squared units of the metric. */
  readonly value: number;
  readonly standardError: number;
}

/**
 * The irreducible part of the Riemannian conditional flow matching loss under uniform t,
 *
 *     V = E_t E_{x∼p_t} Σ_i p_t(z_i|x)·‖u_t(x|z_i) − u_t(x)‖²,   L_CFM(θ) = L_FM(θ) + V
 *
 * in the norm of the metric: no network is below it, and ∇_θ L_CFM = ∇_θ L_FM. The sum over the data is exact, only the
 * average over (t, x) is sampled, by independent draws. Eq. (M8)
 * @throws RangeError unless there are at least 2 samples, or when the data are not those of the field.
 */
export function geodesicFloor(
  field: GeodesicField,
  data: Pick<Atoms, "points" | "cumulative">,
  { rng, samples = 1024 }: GeodesicFloorOptions,
): GeodesicFloor {
  if (!Number.isInteger(samples) || samples < 2) {
    throw new RangeError(`Cannot estimate the floor: samples is ${samples}; expected an integer of at least 2`);
  }
  if (data.points.size !== field.data.size || data.cumulative.length !== field.data.size) {
    throw new RangeError(
      `Cannot estimate the floor: there are ${data.points.size} data points; expected the ${field.data.size} of the field`,
    );
  }
  const t = uniform(fork(rng, "t"), new Float64Array(samples));
  const z = takeRows(data.points, choice(fork(rng, "data"), data.cumulative, new Uint32Array(samples)));
  const { xt } = geodesicBatch(field, t, field.source.sample(fork(rng, "source"), samples), z);
  const variances = Float64Array.from(t, (time, b) => varianceAt(field, time, row(xt, b)));
  const { mean, standardError } = estimate(variances);
  return { value: mean, standardError };
}

/** Σ_i p_t(z_i|x)·‖u_t(x|z_i) − u_t(x)‖². */
function varianceAt(field: GeodesicField, t: number, x: Float64Array): number {
  const { manifold, data } = field;
  const { posterior, velocity } = field.at(t, x);
  const difference = new Float64Array(x.length);
  let variance = 0;
  posterior.forEach((weight, i) => {
    if (weight === 0) return;
    for (let d = 0; d < x.length; d++) difference[d] = -velocity[d];
    addGeodesicVelocity(manifold, field.scheduler.at(t), { x, z: row(data, i), weight: 1 }, difference);
    variance += weight * manifold.inner(x, difference, difference);
  });
  return variance;
}
