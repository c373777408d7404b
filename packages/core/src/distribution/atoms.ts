import { type Points, requireFinite, takeRows } from "../points/index.js";
import { choice, type Rng } from "../random/index.js";
import { mergeRows } from "./merge-rows.js";
import { normaliseWeights, type Weights, weightsOrEqual } from "./weights.js";

/** p_data = Σ π_i δ(z − z_i) over distinct points z_i: a data set as a distribution. */
export interface Atoms extends Weights {
  /** z_i, [N, D], distinct. */
  readonly points: Points;
  /** How many rows of the data were repeats, merged into the weight of an atom. */
  readonly merged: number;
  /** The atom of every row of the data as given, [R]. */
  readonly atomOfRow: Uint32Array;
}

/**
 * The distribution that puts weight w_r (1 where none are given) on every row of the data. Rows equal in every
 * coordinate become one atom with the sum of their weights: the same distribution, with a posterior entropy that counts
 * points and not rows. Atoms keep the order of their first rows; the data are not copied where no row repeats.
 * @throws RangeError when there is no row, a coordinate is not finite, or a weight is not positive and finite.
 */
export function atoms(data: Points, weights?: ArrayLike<number>): Atoms {
  if (data.size === 0) throw new RangeError("Cannot use the data: there are no points; expected at least 1");
  requireFinite(data, "the data");
  const given = weightsOrEqual(weights, data.size, "the data");
  const normalised = normaliseWeights(given, "the data");
  const { first, pointOfRow } = mergeRows(data);
  const merged = data.size - first.length;
  if (merged === 0) return { points: data, merged, atomOfRow: pointOfRow, ...normalised };
  const sums = new Float64Array(first.length);
  for (let r = 0; r < data.size; r++) sums[pointOfRow[r]] += given[r];
  return { points: takeRows(data, first), merged, atomOfRow: pointOfRow, ...normaliseWeights(sums, "the data") };
}

/** Draws with their origin. */
export interface Draws {
  /** [B, D]. */
  readonly points: Points;
  /** The atom or component that each draw came from, [B]. */
  readonly indices: Uint32Array;
}

/** `size` independent draws of the data distribution; draw b does not depend on `size`. */
export function sampleAtoms(rng: Rng, { points, cumulative }: Atoms, size: number): Draws {
  const indices = choice(rng, cumulative, new Uint32Array(size));
  return { points: takeRows(points, indices), indices };
}
