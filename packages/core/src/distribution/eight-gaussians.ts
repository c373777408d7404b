import { pointsOf } from "../points/index.js";
import { gaussianMixture, type Mixture, sampleMixture } from "./mixture.js";
import { type ToySet, toySet } from "./toy-set.js";

/** Parameters of `eightGaussians`. */
export interface EightGaussiansParams {
  /** Distance of the eight means from the origin. */
  readonly scale: number;
  /** Standard deviation of each Gaussian. */
  readonly std: number;
}

/**
 * Scale 5, and 0.1^¼ = 0.5623 as torchcfm and C²OT really draw it: their "var = 0.1" goes through a square root into the
 * covariance, so the standard deviation is not √0.1 = 0.316.
 */
const DEFAULTS: EightGaussiansParams = { scale: 5, std: Math.sqrt(Math.sqrt(0.1)) };

/**
 * The population behind `eightGaussians`: equal weights, means evenly on a circle from angle 0, one variance; its exact
 * field needs no sample.
 */
export function eightGaussiansMixture(params: Partial<EightGaussiansParams> = {}): Mixture {
  const { scale, std } = { ...DEFAULTS, ...params };
  const diagonal = scale * Math.SQRT1_2;
  const means = pointsOf([
    [scale, 0],
    [diagonal, diagonal],
    [0, scale],
    [-diagonal, diagonal],
    [-scale, 0],
    [-diagonal, -diagonal],
    [0, -scale],
    [diagonal, -diagonal],
  ]);
  return gaussianMixture({ means, covariances: { kind: "isotropic", variances: new Float64Array(8).fill(std * std) } });
}

/** Eight Gaussians on a circle, the mode of every point at random. */
export const eightGaussians: ToySet<EightGaussiansParams> = toySet<EightGaussiansParams>(
  "eightGaussians",
  DEFAULTS,
  (rng, n, params) => sampleMixture(rng, eightGaussiansMixture(params), n).points.data,
);
