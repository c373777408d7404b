import { type Points, row } from "../points/index.js";
import { nearestNeighbours } from "./nearest-neighbours.js";

/** How well generated points lie among the real ones, and how much of these they reach; all from balls to the k-th neighbour. */
export interface Fidelity {
  /** Share of generated points inside the ball of some real point [Kynkaanniemi2019]. */
  readonly precision: number;
  /** Share of real points inside the ball of some generated point. */
  readonly recall: number;
  /** Mean number of real balls that hold a generated point, over k: 1 in expectation for equal laws [Naeem2020]. */
  readonly density: number;
  /** Share of real points with a generated point inside their ball. */
  readonly coverage: number;
}

/**
 * Precision and recall [Kynkaanniemi2019], density and coverage [Naeem2020], in the space that the points are given in; for
 * images give features. The ball of a point reaches to its k-th nearest other point of its own sample, closed. For equal laws
 * coverage is 1 − Π (n − 1 − i)/(n + m − 1 − i) over i < k in expectation. O((n + m)²·D).
 * @throws RangeError when dims differ, a coordinate is not finite, or a sample has no more than k points.
 */
export function fidelity(generated: Points, real: Points, { k = 5 }: { readonly k?: number } = {}): Fidelity {
  if (!(Number.isInteger(k) && k >= 1 && k < generated.size && k < real.size)) {
    throw new RangeError(
      `Cannot measure fidelity: k is ${k} for ${generated.size} and ${real.size} points; expected an integer from 1, below both`,
    );
  }
  const ofReal = countsIn(real, radii(real, k), generated);
  const ofGenerated = countsIn(generated, radii(generated, k), real);
  return {
    precision: shareAbove0(ofReal.holders),
    recall: shareAbove0(ofGenerated.holders),
    density: ofReal.holders.reduce((sum, v) => sum + v, 0) / (k * generated.size),
    coverage: shareAbove0(ofReal.held),
  };
}

/** The distance of every point to its k-th nearest other point, [n]. */
function radii(x: Points, k: number): Float64Array {
  const { distances } = nearestNeighbours(x, x, k + 1); // each point is one of its own neighbours, at distance 0
  return Float64Array.from({ length: x.size }, (_, b) => distances[b * (k + 1) + k]);
}

/** How many balls hold every query, and how many queries every ball holds. */
function countsIn(centres: Points, radius: Float64Array, queries: Points): { holders: Uint32Array; held: Uint32Array } {
  const holders = new Uint32Array(queries.size);
  const held = new Uint32Array(centres.size);
  for (let b = 0; b < queries.size; b++) {
    const query = row(queries, b);
    for (let i = 0; i < centres.size; i++) {
      if (Math.sqrt(squaredBetween(query, row(centres, i))) > radius[i]) continue;
      holders[b]++;
      held[i]++;
    }
  }
  return { holders, held };
}

function squaredBetween(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += (a[d] - b[d]) ** 2;
  return sum;
}

function shareAbove0(counts: Uint32Array): number {
  return counts.reduce((sum, v) => sum + (v > 0 ? 1 : 0), 0) / counts.length;
}
