import {
  type Atoms,
  kernelDensity,
  type Source,
  sampleAtoms,
  standardNormal,
  totalVariance,
  weightEntropy,
} from "../distribution/index.js";
import { fork, normal } from "../random/index.js";
import type { Scheduler } from "../scheduler/index.js";
import { marginalField } from "./marginal-field.js";
import type { MarginalPath } from "./marginal-path.js";
import { posteriorOf } from "./posterior-of.js";

/** The marginal path onto a data set, whose atoms can be enumerated. */
export interface AtomPath extends MarginalPath {
  readonly atoms: Atoms;
  /** Width of the Gaussian around every atom; 0 for the atoms themselves. */
  readonly bandwidth: number;
  readonly source: Source;
}

/** Options of `atomPath`. */
export interface AtomPathOptions {
  /** Kernel density width h. @defaultValue 0 */
  readonly bandwidth?: number;
  /** p_init, with its density and score. @defaultValue `standardNormal(dim)` */
  readonly source?: Source;
}

/**
 * The marginal path from a source, N(0, I) unless given, onto a data set (or its kernel density): the exact field by full scans
 * in float64, with draws from both ends. Eq. (M3)
 * @throws RangeError for a width that is negative or not finite, and for smoothed data under another source than N(0, I),
 * where the posterior has no closed form.
 */
export function atomPath(scheduler: Scheduler, data: Atoms, options: AtomPathOptions = {}): AtomPath {
  const { dim } = data.points;
  const { bandwidth = 0, source = standardNormal(dim) } = options;
  const smoothed = bandwidth !== 0;
  return {
    field: marginalField(scheduler, posteriorOf(smoothed ? kernelDensity(data, bandwidth) : data, source)),
    atoms: data,
    bandwidth,
    source,
    entropy: smoothed ? Infinity : weightEntropy(data.logWeights),
    traceCov: totalVariance(data.points, data.logWeights) + dim * bandwidth * bandwidth,
    drawData(rng, size) {
      const { points } = sampleAtoms(smoothed ? fork(rng, "atom") : rng, data, size);
      if (!smoothed) return points;
      const noise = normal(fork(rng, "kernel"), new Float64Array(points.data.length));
      for (let i = 0; i < noise.length; i++) points.data[i] += bandwidth * noise[i];
      return points;
    },
    drawSource: (rng, size) => source.sample(rng, size),
  };
}
