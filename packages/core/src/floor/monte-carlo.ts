import type { MarginalPath } from "../field/index.js";
import { pathBatch } from "../path/index.js";
import { rows, zeros } from "../points/index.js";
import { fork, type Rng, uniform } from "../random/index.js";
import { type Estimate, estimate } from "./estimate.js";

/**
 * The floor V by its definition, E‖u_t(x|z) − u_t(x)‖² over uniform t, z and x₀: an independent and noisier answer than
 * `floorOf`, which needs neither the covariance nor a quadrature. Eq. (M8)
 */
export function floorByMonteCarlo(
  path: MarginalPath,
  { rng, samples }: { readonly rng: Rng; readonly samples: number },
): Estimate {
  const { field } = path;
  const D = field.dim;
  const t = uniform(fork(rng, "time"), new Float64Array(samples));
  const batch = pathBatch(
    field.scheduler,
    t,
    path.drawSource(fork(rng, "source"), samples),
    path.drawData(fork(rng, "data"), samples),
  );
  const draws = new Float64Array(samples);
  const u = zeros(1, D);
  for (let b = 0; b < samples; b++) {
    field.evaluate(t[b], rows(batch.xt, b, b + 1), u);
    for (let d = 0; d < D; d++) draws[b] += (batch.ut.data[b * D + d] - u.data[d]) ** 2;
  }
  return estimate(draws);
}
