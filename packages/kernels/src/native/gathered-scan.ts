import { logSumExp, type Points, points, referenceBackend, type Scan, type ScanQuery } from "@fluxion/core";
import type { BoundAtoms } from "../bind/index.js";

type Best = Scan["state"]["best"];

/**
 * One query over chosen atoms by the float64 reference, which forms differences before it squares them: near the data, where
 * the expanded form of the logits has lost its digits, this has not. Indices are increasing; `x` is one point.
 */
export async function scanGathered(bound: BoundAtoms, x: Points, query: ScanQuery, indices: readonly number[]): Promise<Scan> {
  const logWeights = Float64Array.from(indices, (i) => bound.logWeights[i] ?? -Infinity);
  const total = logSumExp(logWeights);
  const chosen = referenceBackend({
    points: gather(bound, indices),
    logWeights: logWeights.map((logWeight) => logWeight - total),
  });
  const { state, error } = await chosen.scan(x, { ...query, top: Math.min(query.top, indices.length) }, { kind: "exact" });
  const stored = bound.atoms === undefined ? storedLogit(bound, x, query) : 0;
  const rounding = 2 * Number.EPSILON * (Math.abs(total) + logWeights.reduce((most, w) => Math.max(most, Math.abs(w)), 0));
  return {
    state: {
      ...state,
      top: state.top.map((top) => top + total),
      best: widened(state.best, query.top, (at) => indices[at] ?? -1, total),
    },
    error: {
      ...error,
      logit: error.logit.map((delta) => delta + stored + rounding),
      mean: error.mean.map((distance) => distance + (bound.atoms === undefined ? bound.storageError : 0)),
    },
    evaluations: indices.length,
    skipped: 0,
  };
}

/** A list of the largest logits with true indices, moved by `shift`, with room for `count` of them. */
function widened(best: Best, count: number, indexOf: (at: number) => number, shift: number): Best {
  const indices = new Int32Array(count).fill(-1);
  const logits = new Float64Array(count).fill(-Infinity);
  best.indices.forEach((at, k) => {
    indices[k] = indexOf(at);
    logits[k] = (best.logits[k] ?? -Infinity) + shift;
  });
  return { count, indices, logits };
}

/** The atoms of some indices in float64. */
function gather({ dim, center, stored, atoms }: BoundAtoms, indices: readonly number[]): Points {
  const out = new Float64Array(indices.length * dim);
  indices.forEach((i, k) => {
    if (atoms) out.set(atoms.points.data.subarray(i * dim, (i + 1) * dim), k * dim);
    else for (let d = 0; d < dim; d++) out[k * dim + d] = (center[d] ?? 0) + (stored[i * dim + d] ?? 0);
  });
  return points(out, dim);
}

/** How far logits over the stored atoms may be from those over the true ones. */
function storedLogit({ storageError, radius, center }: BoundAtoms, x: Points, { alpha, variance }: ScanQuery): number {
  const distance = Math.sqrt(x.data.reduce((sum, v, d) => sum + (v - alpha * (center[d] ?? 0)) ** 2, 0));
  const reach = (distance + Math.abs(alpha) * radius) * (1 + (x.dim + 8) * Number.EPSILON);
  return (Math.abs(alpha) / variance) * storageError * (reach + Math.abs(alpha) * storageError);
}
