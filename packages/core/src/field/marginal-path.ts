import { type PathBatch, pathBatch } from "../path/index.js";
import { type Points, zerosLike } from "../points/index.js";
import { fork, type Rng, uniform } from "../random/index.js";
import type { MarginalField } from "./marginal-field.js";
import type { PathPoint } from "./posterior.js";

/**
 * The marginal path p_t of one data set: its exact vector field, and draws from its two ends. Eq. (M3)
 * Everything that is averaged over p_t (the floor of the loss, the checks of the derivation) needs just this.
 */
export interface MarginalPath {
  readonly field: MarginalField;
  /** Entropy of p_data over its atoms, nats; Infinity when the data have a density. */
  readonly entropy: number;
  /** tr Cov of p_data. */
  readonly traceCov: number;
  /** `size` draws z of p_data. */
  drawData(rng: Rng, size: number): Points;
  /** `size` draws ε of the source. */
  drawSource(rng: Rng, size: number): Points;
}

/** x = αz + βε, row by row. Eq. (M1) */
export function pointsOnPath({ alpha, beta }: PathPoint, z: Points, noise: Points): Points {
  const x = zerosLike(z);
  for (let d = 0; d < x.data.length; d++) x.data[d] = alpha * z.data[d] + beta * noise.data[d];
  return x;
}

/** `size` draws of p_t: z of the data, ε of the source, x = αz + βε. Eq. (M3) */
export function drawMarginal(path: MarginalPath, t: number, rng: Rng, size: number): Points {
  return pointsOnPath(
    path.field.scheduler.at(t),
    path.drawData(fork(rng, "data"), size),
    path.drawSource(fork(rng, "source"), size),
  );
}

/** Fills a list with the times of a batch. */
export type DrawTimes = (rng: Rng, out: Float64Array) => Float64Array;

/**
 * `size` triples (t, x₀, z) as points on their paths with their regression targets; t uniform unless `times` draws it, x₀ and z
 * independent of it and of each other. Eq. (M2)
 */
export function drawBatch(path: MarginalPath, rng: Rng, size: number, times: DrawTimes = uniform): PathBatch {
  const t = times(fork(rng, "time"), new Float64Array(size));
  return pathBatch(path.field.scheduler, t, path.drawSource(fork(rng, "source"), size), path.drawData(fork(rng, "data"), size));
}
