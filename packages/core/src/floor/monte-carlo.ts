import { drawBatch, type MarginalPath } from "../field/index.js";
import { evaluateEach } from "../ode/index.js";
import { squaredRowDistances, zerosLike } from "../points/index.js";
import { type Estimate, estimate, type Rng } from "../random/index.js";

/**
 * The floor V by its definition, E‖u_t(x|z) − u_t(x)‖² over uniform t, z and x₀: an independent and noisier answer than
 * `floorOf`, which needs neither the covariance nor a quadrature. Eq. (M8)
 */
export function floorByMonteCarlo(
  path: MarginalPath,
  { rng, samples }: { readonly rng: Rng; readonly samples: number },
): Estimate {
  const { t, xt, ut } = drawBatch(path, rng, samples);
  return estimate(squaredRowDistances(ut, evaluateEach(path.field, t, xt, zerosLike(xt))));
}
