import { type Points, zeros } from "../points/index.js";
import type { DataLimit } from "./posterior.js";
import type { WeightedAtoms } from "./scan.js";

/**
 * The posterior as β → 0 at α = 1: all weight goes to the nearest atoms, shared by their prior weights where several
 * are at exactly the same distance in float64. Eq. (M5)
 */
export function dataLimit(atoms: WeightedAtoms, x: Points, top: number): DataLimit {
  const { points, logWeights } = atoms;
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
    const { indices, distance } = nearest(points, x.data.subarray(b * D, (b + 1) * D));
    const largest = Math.max(...indices.map((i) => logWeights[i]));
    const raw = indices.map((i) => Math.exp(logWeights[i] - largest));
    const mass = raw.reduce((sum, w) => sum + w, 0);
    const weights = raw.map((w) => w / mass);
    const mean = limit.denoiser.data.subarray(b * D, (b + 1) * D);
    indices.forEach((i, k) => {
      for (let d = 0; d < D; d++) mean[d] += weights[k] * points.data[i * D + d];
    });
    indices.forEach((i, k) => {
      for (let d = 0; d < D; d++) limit.traceCov[b] += weights[k] * (points.data[i * D + d] - mean[d]) ** 2;
    });
    limit.distance[b] = distance;
    limit.ties[b] = indices.length;
    limit.entropy[b] = weights.reduce((sum, w) => sum - w * Math.log(w), 0);
    limit.ess[b] = 1 / weights.reduce((sum, w) => sum + w * w, 0);
    const order = indices.map((_, k) => k).sort((p, q) => weights[q] - weights[p] || p - q);
    order.slice(0, top).forEach((k, rank) => {
      limit.top.indices[b * top + rank] = indices[k];
      limit.top.weights[b * top + rank] = weights[k];
    });
  }
  return limit;
}

function nearest(points: Points, x: Float64Array): { indices: number[]; distance: number } {
  let best = Infinity;
  let indices: number[] = [];
  for (let i = 0; i < points.size; i++) {
    let squared = 0;
    for (let d = 0; d < x.length; d++) squared += (x[d] - points.data[i * x.length + d]) ** 2;
    if (squared < best) {
      best = squared;
      indices = [i];
    } else if (squared === best) indices.push(i);
  }
  return { indices, distance: Math.sqrt(best) };
}
