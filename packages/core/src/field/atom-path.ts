import { type Atoms, sampleAtoms, totalVariance, weightEntropy } from "../distribution/index.js";
import { zeros } from "../points/index.js";
import { fork, normal } from "../random/index.js";
import type { Scheduler } from "../scheduler/index.js";
import { atomPosterior } from "./atom-posterior.js";
import { marginalField } from "./marginal-field.js";
import type { MarginalPath } from "./marginal-path.js";

/** The marginal path onto a data set, whose atoms can be enumerated. */
export interface AtomPath extends MarginalPath {
  readonly atoms: Atoms;
  /** Width of the Gaussian around every atom; 0 for the atoms themselves. */
  readonly bandwidth: number;
}

/** Options of `atomPath`. */
export interface AtomPathOptions {
  /** Kernel density width h. @defaultValue 0 */
  readonly bandwidth?: number;
}

/**
 * The marginal path from N(0, I) onto a data set (or its kernel density): the exact field by full scans in float64, with
 * draws from both ends. Eq. (M3)
 */
export function atomPath(scheduler: Scheduler, data: Atoms, { bandwidth = 0 }: AtomPathOptions = {}): AtomPath {
  const { dim } = data.points;
  const smoothed = bandwidth > 0;
  return {
    field: marginalField(scheduler, atomPosterior(data, { bandwidth })),
    atoms: data,
    bandwidth,
    entropy: smoothed ? Infinity : weightEntropy(data.logWeights),
    traceCov: totalVariance(data.points, data.logWeights) + dim * bandwidth * bandwidth,
    drawData(rng, size) {
      const { points } = sampleAtoms(smoothed ? fork(rng, "atom") : rng, data, size);
      if (!smoothed) return points;
      const noise = normal(fork(rng, "kernel"), new Float64Array(points.data.length));
      for (let i = 0; i < noise.length; i++) points.data[i] += bandwidth * noise[i];
      return points;
    },
    drawSource(rng, size) {
      const out = zeros(size, dim);
      normal(rng, out.data);
      return out;
    },
  };
}
