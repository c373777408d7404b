import type { Atoms } from "../distribution/index.js";
import type { Points } from "../points/index.js";
import { nearestNeighbours } from "./nearest-neighbours.js";

/** When a sample counts as a copy. */
export interface MemorisationOptions {
  /** Largest ratio d₁/d₂ of a copy, exclusive. @defaultValue 1/3 */
  readonly threshold?: number;
}

/** How near every sample is to its nearest atom, compared with the second. */
export interface Memorisation {
  /** d₁/d₂, in [0, 1], [B]. */
  readonly ratios: Float64Array;
  /** The nearest atom, [B]. */
  readonly nearest: Uint32Array;
  /** d₁, [B]. */
  readonly distances: Float64Array;
  /** Share of the samples with a ratio below the threshold. */
  readonly fraction: number;
}

/**
 * Which samples are copies of the data: the nearest atom is at less than a third of the distance of the second
 * nearest [Yoon2023]. Atoms are distinct, so that a repeated row of the data does not hide its copies.
 * @throws RangeError when there is no sample, there are fewer than two atoms, or the threshold is not in (0, 1].
 */
export function memorisation(x: Points, { points }: Atoms, { threshold = 1 / 3 }: MemorisationOptions = {}): Memorisation {
  if (points.size < 2 || x.size === 0) {
    throw new RangeError(
      `Cannot measure memorisation: there are ${x.size} samples and ${points.size} atoms; expected at least 1 and 2`,
    );
  }
  if (!(threshold > 0 && threshold <= 1)) {
    throw new RangeError(`Cannot measure memorisation: the threshold is ${threshold}; expected 0 < threshold ≤ 1`);
  }
  const { indices, distances } = nearestNeighbours(x, points, 2);
  const even = (_: number, at: number): boolean => at % 2 === 0;
  const first = distances.filter(even);
  const ratios = first.map((d, b) => d / distances[2 * b + 1]);
  const copies = ratios.reduce((count, ratio) => count + (ratio < threshold ? 1 : 0), 0);
  return { ratios, nearest: indices.filter(even), distances: first, fraction: copies / x.size };
}
