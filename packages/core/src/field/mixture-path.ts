import { type Mixture, mixtureCovariance, sampleMixture, standardNormal } from "../distribution/index.js";
import type { Scheduler } from "../scheduler/index.js";
import { marginalField } from "./marginal-field.js";
import type { MarginalPath } from "./marginal-path.js";
import { posteriorOf } from "./posterior-of.js";

/** The marginal path from N(0, I) onto a Gaussian mixture, with its exact field and draws from both ends. Eq. (M3) */
export function mixturePath(scheduler: Scheduler, mixture: Mixture): MarginalPath {
  const { dim } = mixture.means;
  const covariance = mixtureCovariance(mixture);
  let traceCov = 0;
  for (let d = 0; d < dim; d++) traceCov += covariance[d * dim + d];
  const source = standardNormal(dim);
  return {
    field: marginalField(scheduler, posteriorOf(mixture)),
    entropy: Infinity,
    traceCov,
    drawData: (rng, size) => sampleMixture(rng, mixture, size).points,
    drawSource: (rng, size) => source.sample(rng, size),
  };
}
