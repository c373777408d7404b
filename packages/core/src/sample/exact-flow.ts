import type { MarginalPath } from "../field/index.js";
import { drawMarginal } from "../field/index.js";
import { type Points, zerosLike } from "../points/index.js";
import type { Rng } from "../random/index.js";
import { type GenerateOptions, generate } from "./generate.js";

/** The signal-to-noise ratio at which the exact flow of atoms stops being integrated: what is left moves by 1/1000 of β. */
const LAST_RATIO = 1000;

/**
 * The last time that a solver may evaluate the exact field at: 1 where the field is finite there (smoothed data), else the
 * time at which α/β = 1000. The grid owns the endpoint; nothing is clamped.
 */
export function lastTime({ field }: Pick<MarginalPath, "field">): number {
  const { scheduler, posterior } = field;
  return posterior.singularAtData && scheduler.terminalNoise === 0 ? scheduler.timeOfSnr(LAST_RATIO) : 1;
}

/** Where exact trajectories end. */
export interface ExactEndpoints {
  /** x_1, [B, D]: for atoms the posterior mean at the last time, where the posterior has settled on one atom. */
  readonly x: Points;
  /** The component of largest posterior weight at the last time, [B], and that weight. */
  readonly index: Int32Array;
  readonly weight: Float64Array;
  readonly nfe: number;
}

/**
 * Transports points of p_0 along the exact marginal field to the data. The last stretch, from the last time to t = 1, is
 * one Euler step in the coordinates of Eq. (M9), which ends exactly at the posterior mean.
 */
export function exactFlow(path: MarginalPath, x0: Points, options: Omit<GenerateOptions, "from" | "to"> = {}): ExactEndpoints {
  const to = lastTime(path);
  const { y, nfe } = generate(path.field, x0, { ...options, from: 0, to });
  const { values, top } = path.field.quantities(to, y, ["denoiser"], { top: 1 });
  const ends = to < 1;
  const x = ends ? { ...zerosLike(y), data: values.denoiser ?? y.data } : y;
  return { x, index: top.indices, weight: top.weights, nfe: nfe + (ends ? 1 : 0) };
}

/** Draws of p_0: the source itself, or α_0 z + β_0 ε under a scheduler that reaches it only nearly (`vp`). Eq. (M1) */
export function drawStart(path: MarginalPath, rng: Rng, size: number): Points {
  return drawMarginal(path, 0, rng, size);
}
