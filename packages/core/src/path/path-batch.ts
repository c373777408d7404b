import { type Points, zerosLike } from "../points/index.js";
import type { Scheduler } from "../scheduler/index.js";

/** A batch of points on conditional paths with their regression targets: what the CFM loss reads. Eq. (M8) */
export interface PathBatch {
  /** Times, [B]. */
  readonly t: Float64Array;
  /** Noise draws ε = x₀, [B, D]. */
  readonly x0: Points;
  /** Data points, [B, D]. */
  readonly z: Points;
  /** x_t = α_t z + β_t x₀, [B, D]: what the network sees. */
  readonly xt: Points;
  /** u_t(x_t|z) = α̇_t z + β̇_t x₀, [B, D]: what it regresses on. */
  readonly ut: Points;
}

/**
 * The points of the conditional paths from x₀ to z at times t: x_t = αz + βx₀ and u_t = α̇z + β̇x₀. Eq. (M1), Eq. (M2)
 * The target needs no division by β, so it is finite wherever α̇ and β̇ are.
 * @throws RangeError on unequal shapes, t outside [0, 1], or a slope that is infinite at one of the times.
 */
export function pathBatch(scheduler: Scheduler, t: Float64Array, x0: Points, z: Points): PathBatch {
  const D = z.dim;
  if (x0.dim !== D || x0.size !== z.size || t.length !== z.size) {
    throw new RangeError(
      `Cannot sample the path: t is [${t.length}], x0 is [${x0.size}, ${x0.dim}], z is [${z.size}, ${D}]; expected one t and one x0 for every z`,
    );
  }
  const xt = zerosLike(z);
  const ut = zerosLike(z);
  for (let b = 0; b < z.size; b++) {
    const { alpha, beta, dAlpha, dBeta } = scheduler.at(t[b]);
    if (!Number.isFinite(dAlpha) || !Number.isFinite(dBeta)) {
      throw new RangeError(
        `Cannot sample the path "${scheduler.name}" at t = ${t[b]}: (α̇, β̇) is (${dAlpha}, ${dBeta}); expected a time at which both are finite`,
      );
    }
    for (let d = b * D; d < (b + 1) * D; d++) {
      xt.data[d] = alpha * z.data[d] + beta * x0.data[d];
      ut.data[d] = dAlpha * z.data[d] + dBeta * x0.data[d];
    }
  }
  return { t, x0, z, xt, ut };
}
