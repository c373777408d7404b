import { type Points, row, zeros } from "../points/index.js";
import type { WeightedAtoms } from "./logits.js";
import type { DataLimit } from "./posterior.js";
import { requireQuery, requireTop } from "./require.js";

/** Where nearness is measured, when not between atoms and points themselves: images of both under one map. */
export interface SeenAs {
  /** Of the atoms, [N, S]. */
  readonly atoms: Points;
  /** Of the points, [B, S]. */
  readonly x: Points;
}

/**
 * The posterior as β → 0 at α = 1: all weight goes to the nearest atoms, shared by their prior weights where several
 * are at exactly the same distance in float64. Eq. (M5)
 *
 * At a tie this is the posterior under N(z, β²I) with β → 0, not the limit along a path: there α < 1 shortens every
 * atom, and atoms of unequal norm tie at no t < 1. Distances are those between the images, where `seen` gives some.
 * @throws RangeError when x is not finite or of another dim, `wanted` is no count, or a distance overflows.
 */
export function dataLimit(atoms: WeightedAtoms, x: Points, wanted: number, seen?: SeenAs): DataLimit {
  const { points, logWeights } = atoms;
  requireQuery(x, points.dim);
  const top = requireTop(wanted, points.size);
  const D = points.dim;
  const size = x.size;
  const limit = {
    denoiser: zeros(size, D),
    distance: new Float64Array(size),
    ties: new Int32Array(size),
    entropy: new Float64Array(size),
    ess: new Float64Array(size),
    traceCov: new Float64Array(size),
    top: { count: top, indices: new Int32Array(size * top).fill(-1), weights: new Float64Array(size * top) },
  };
  for (let b = 0; b < size; b++) {
    const { indices, distance } = nearest(seen?.atoms ?? points, logWeights, row(seen?.x ?? x, b));
    if (distance === Infinity) {
      throw new RangeError(
        `Cannot find the nearest atom: the squared distance of point ${b} overflows; expected a point near the data`,
      );
    }
    const weights = shares(indices.map((i) => logWeights[i]));
    const mean = row(limit.denoiser, b);
    indices.forEach((i, k) => {
      for (let d = 0; d < D; d++) mean[d] += weights[k] * points.data[i * D + d];
    });
    indices.forEach((i, k) => {
      for (let d = 0; d < D; d++) limit.traceCov[b] += weights[k] * (points.data[i * D + d] - mean[d]) ** 2;
    });
    limit.distance[b] = distance;
    limit.ties[b] = indices.length;
    limit.entropy[b] = weights.reduce((sum, w) => (w > 0 ? sum - w * Math.log(w) : sum), 0);
    limit.ess[b] = 1 / weights.reduce((sum, w) => sum + w * w, 0);
    const order = indices.map((_, k) => k).sort((p, q) => weights[q] - weights[p] || p - q);
    order.slice(0, top).forEach((k, rank) => {
      limit.top.indices[b * top + rank] = indices[k];
      limit.top.weights[b * top + rank] = weights[k];
    });
  }
  return limit;
}

/** Weights that sum to one, from their logarithms. */
function shares(logs: readonly number[]): number[] {
  if (logs.length === 1) return [1];
  const largest = logs.reduce((top, v) => Math.max(top, v), -Infinity);
  const raw = logs.map((v) => Math.exp(v - largest));
  const mass = raw.reduce((sum, w) => sum + w, 0);
  return raw.map((w) => w / mass);
}

/** All atoms of positive weight at the least distance from x, by index. */
function nearest(points: Points, logWeights: Float64Array, x: Float64Array): { indices: number[]; distance: number } {
  let best = Infinity;
  let indices: number[] = [];
  for (let i = 0; i < points.size; i++) {
    if (logWeights[i] === -Infinity) continue;
    let squared = 0;
    for (let d = 0; d < x.length; d++) squared += (x[d] - points.data[i * x.length + d]) ** 2;
    if (squared < best) {
      best = squared;
      indices = [i];
    } else if (squared === best) indices.push(i);
  }
  return { indices, distance: Math.sqrt(best) };
}
