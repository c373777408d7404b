import type { Segment } from "./segment.js";
import { accept, release, type Stages, stagesOf } from "./stages.js";
import type { EmbeddedTableau } from "./tableau.js";
import type { NormedSpace, Tolerance } from "./vector-space.js";

/** The states of an adaptive solve. */
export interface EmbeddedStages<S> extends Stages<S> {
  readonly space: NormedSpace<S>;
  readonly tableau: EmbeddedTableau;
  /** b_i − b̂_i, [S]. */
  readonly errorWeights: readonly number[];
  /** Room for the error estimate, for a difference of velocities and for the fourth-order part of a segment. */
  scratch: S;
}

/** Room for all stages of an embedded method, with a copy of `y0` as the state. */
export function embeddedStagesOf<S>(space: NormedSpace<S>, tableau: EmbeddedTableau, y0: S): EmbeddedStages<S> {
  const errorWeights = tableau.b.map((weight, i) => weight - tableau.embedded.b[i]);
  return { ...stagesOf(space, tableau, y0, tableau.b.length), space, tableau, errorWeights, scratch: space.like(y0) };
}

/** scratch ← h·Σ_i w_i·k_i. */
function combine<S>(work: EmbeddedStages<S>, h: number, weights: readonly number[]): S {
  const { space, k } = work;
  work.scratch = space.addScaled(space.copy(work.scratch, k[0]), -1, k[0]); // 0 exactly, or NaN where k_0 is not finite
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] !== 0) work.scratch = space.addScaled(work.scratch, h * weights[i], k[i]);
  }
  return work.scratch;
}

/** The size of h·Σ_i (b_i − b̂_i)·k_i relative to the tolerance; at most 1 is good enough. */
export function stepError<S>(work: EmbeddedStages<S>, h: number, tolerance: Tolerance): number {
  const error = combine(work, h, work.errorWeights);
  return work.space.errorNorm(error, work.y, work.next, tolerance);
}

/** The step from `t0` to `t1`, whose stages are all known, as a curve. Lends the states of `work`. */
export function segmentOf<S>(work: EmbeddedStages<S>, t0: number, t1: number): Segment<S> {
  const { y, next, k, tableau } = work;
  const ends = { t0, t1, y0: y, y1: next, f0: k[0], f1: k[k.length - 1] };
  return tableau.dense === undefined ? ends : { ...ends, quartic: combine(work, t1 - t0, tableau.dense) };
}

/** Makes the end of the step the start of the next one, and its last velocity the first. */
export function acceptEmbedded<S>(work: EmbeddedStages<S>): void {
  const last = work.k.length - 1;
  accept(work);
  [work.k[0], work.k[last]] = [work.k[last], work.k[0]];
}

/** Frees everything but the state `y`, and that too unless the solve hands it over. */
export function releaseEmbedded<S>(work: EmbeddedStages<S>, handsOver: boolean): void {
  work.space.free(work.scratch);
  release(work, handsOver);
}
