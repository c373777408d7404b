import { logSumExp, type Points, points, referenceBackend, type Scan, type ScanQuery } from "@fluxion/core";
import type { BoundAtoms } from "../bind/index.js";
import type { AtomScale } from "./prepare.js";
import { storageLogit } from "./rounding.js";

/** Beyond this uncertainty of the logits, in nats, they say nothing of what may be dropped. */
const HOPELESS = 200;

/** Atoms of a row that float64 must look at, and what the others can weigh. */
export interface Survivors {
  /** Positions among the atoms kept, increasing. */
  readonly positions: Int32Array;
  /** No less than the share of the others in the true mass. */
  readonly skipped: number;
}

/** All of `size` atoms: nothing is left out. */
export const allOf = (size: number): Survivors => ({ positions: Int32Array.from({ length: size }, (_, i) => i), skipped: 0 });

/**
 * The fewest atoms, largest computed logits first, that leave out at most `share` of the true mass when every logit is off by
 * at most `delta`, and that contain the `top` largest true logits. Where e^(2δ) of the computed mass of the rest is at most
 * that share of the computed mass kept, so is the true mass: truncation (E1).
 */
export function survivorsOf(
  logits: Float32Array,
  { delta, share, top }: { readonly delta: number; readonly share: number; readonly top: number },
): Survivors {
  if (!(delta < HOPELESS)) return allOf(logits.length);
  const sorted = Float32Array.from(logits).sort();
  const largest = sorted[sorted.length - 1] ?? 0;
  const relative = (i: number): number => Math.exp((sorted[i] ?? 0) - largest);
  let total = 0;
  for (let i = 0; i < sorted.length; i++) total += relative(i);
  const inflate = Math.exp(2 * delta) * (1 + 1e-9); // sums of N positive terms in float64
  let rest = 0;
  let dropped = 0;
  while (dropped < sorted.length - 1) {
    const next = rest + relative(dropped);
    if (!(next * inflate <= share * (total - next))) break;
    rest = next;
    dropped++;
  }
  const last = top > 0 ? (sorted[Math.max(sorted.length - top, 0)] ?? -Infinity) - 2 * delta : Infinity;
  const threshold = Math.min(sorted[dropped] ?? -Infinity, last);
  const positions: number[] = [];
  let outside = 0;
  for (let i = 0; i < logits.length; i++) {
    const logit = logits[i] ?? -Infinity;
    if (logit >= threshold) positions.push(i);
    else outside += Math.exp(logit - largest);
  }
  const skipped = outside === 0 ? 0 : (outside * inflate) / (total - outside);
  return { positions: Int32Array.from(positions), skipped };
}

/**
 * One row in float64 over the survivors: the atoms as they were bound, or as they are stored where only that is left, with
 * the error that this makes.
 */
export async function recheckRow(
  bound: BoundAtoms,
  { kept, norm }: AtomScale,
  x: Points,
  query: ScanQuery,
  { positions, skipped }: Survivors,
): Promise<Scan> {
  const indices = positions.map((p) => kept[p] ?? 0);
  const chosen = gather(bound, indices);
  const logWeights = Float64Array.from(indices, (i) => bound.logWeights[i] ?? -Infinity);
  const total = logSumExp(logWeights);
  const exact = referenceBackend({ points: chosen, logWeights: logWeights.map((w) => w - total) });
  const { state, error } = await exact.scan(x, query, { kind: "exact" });
  const distance = distanceOf(x, bound.center, query.alpha);
  const stored = bound.atoms ? 0 : bound.storageError;
  const moved = bound.atoms ? 0 : storageLogit(bound, { ...query, distance, norm });
  const rounding = Number.EPSILON * (logWeights.reduce((most, w) => Math.max(most, Math.abs(w)), 0) + Math.abs(total));
  return {
    state: {
      ...state,
      top: state.top.map((top) => top + total),
      best: {
        ...state.best,
        indices: state.best.indices.map((at) => (at < 0 ? at : (indices[at] ?? at))),
        logits: state.best.logits.map((logit) => logit + total),
      },
    },
    error: {
      ...error,
      logit: error.logit.map((delta) => delta + moved + rounding),
      mean: error.mean.map((distance) => distance + stored),
      skipped: error.skipped.map((share) => Math.min(1, share + skipped)),
    },
    evaluations: indices.length,
    skipped: 0,
  };
}

/** The atoms of some indices in float64. */
function gather({ dim, center, stored, atoms }: BoundAtoms, indices: Int32Array): Points {
  const out = points(new Float64Array(indices.length * dim), dim);
  indices.forEach((i, k) => {
    for (let d = 0; d < dim; d++) {
      const at = i * dim + d;
      out.data[k * dim + d] = atoms ? (atoms.points.data[at] ?? 0) : (center[d] ?? 0) + (stored[at] ?? 0);
    }
  });
  return out;
}

/** ‖x − αc‖ of one point. */
function distanceOf(x: Points, center: Float64Array, alpha: number): number {
  return Math.sqrt(x.data.reduce((sum, v, d) => sum + (v - alpha * (center[d] ?? 0)) ** 2, 0));
}
