import type { PathBatch } from "../path/index.js";
import { type Points, row, zerosLike } from "../points/index.js";
import type { Scheduler } from "../scheduler/index.js";
import type { Manifold } from "./manifold.js";
import { requireOnManifold } from "./on-manifold.js";

/**
 * Points of the geodesic conditional paths from x₀ to z at times t [Chen2024],
 *
 *     x_t = exp_z(β_t·log_z(x₀)),   u_t(x_t|z) = β̇_t · (the vector log_z(x₀) carried along the geodesic to x_t)
 *
 * β is the noise scale of the scheduler: on a manifold it is the share of the way that is left, and α has no part. On R^d with
 * α + β = 1 this is `pathBatch`. The target needs no division by β: it is finite also at t = 1. Where several geodesics from z
 * to x₀ are shortest, the path is the one that `log` takes.
 * @throws RangeError on unequal shapes, rows that are no points, t outside [0, 1], or β̇ infinite at one of the times.
 */
export function geodesicBatch(
  { manifold, scheduler }: { readonly manifold: Manifold; readonly scheduler: Scheduler },
  t: Float64Array,
  x0: Points,
  z: Points,
): PathBatch {
  requireOnManifold(manifold, x0, "the noise");
  requireOnManifold(manifold, z, "the data");
  if (x0.size !== z.size || t.length !== z.size) {
    throw new RangeError(
      `Cannot sample the path: there are ${t.length} times, ${x0.size} noise draws and ${z.size} data points; expected one t and one x0 for every z`,
    );
  }
  const [xt, ut] = [zerosLike(z), zerosLike(z)];
  const [v, scaled, carried] = [0, 1, 2].map(() => new Float64Array(z.dim));
  for (let b = 0; b < z.size; b++) {
    const { beta, dBeta } = scheduler.at(t[b]);
    if (!Number.isFinite(dBeta)) {
      throw new RangeError(
        `Cannot sample the path "${scheduler.name}" at t = ${t[b]}: β̇ is ${dBeta}; expected a time at which it is finite`,
      );
    }
    const [from, to] = [row(z, b), row(xt, b)];
    manifold.log(from, row(x0, b), v);
    for (let i = 0; i < v.length; i++) scaled[i] = beta * v[i];
    manifold.exp(from, scaled, to);
    manifold.transport(from, to, v, carried);
    row(ut, b).set(carried.map((c) => dBeta * c));
  }
  return { t, x0, z, xt, ut };
}
