import { emptyScan, type Points, type ScanState } from "@fluxion/core";

/** Rows of z read while they are in a core's cache, for all points of a tile. */
const CACHED_BYTES = 1 << 18;

/** How a tile is summed. */
export interface TileQuery {
  readonly variance: number;
  /** Whether to sum ‖z − μ‖² too. */
  readonly spread: boolean;
  /** Weights at most e^−cut of the largest are left out. */
  readonly cut: number;
}

/** What a tile came to. */
export interface TileScan {
  readonly state: ScanState;
  /** How many weights were not left out, [P]. */
  readonly kept: Int32Array;
}

/**
 * Logits [P, N] to weights relative to the largest, in place, zero below the cut, and their sums over the rows of z, [N, D].
 * The order of every sum depends on N and D alone, so that a point has the same bytes in any tile.
 */
export function scanTile(z: Points, logits: Float64Array, size: number, query: TileQuery): TileScan {
  const scan = weighTile(z, logits, size, query);
  sumTile(z, logits, scan, () => true);
  if (query.spread) spreadTile(z, logits, scan);
  return scan;
}

/** The weights and what is summed over them alone; the means are zero. */
export function weighTile({ size: N, dim: D }: Points, logits: Float64Array, size: number, query: TileQuery): TileScan {
  const scan = { alpha: 1, variance: query.variance, spread: query.spread, top: 0, tangent: undefined };
  const state = emptyScan(size, D, scan);
  const kept = Int32Array.from({ length: size }, (_, p) => weigh(state, p, logits.subarray(p * N, (p + 1) * N), query.cut));
  return { state, kept };
}

const cachedRows = (D: number): number => Math.max(4, Math.floor(CACHED_BYTES / (8 * D)));

/** The means Σ w z/Σ w of some of the points, which were zero, in float64. */
export function sumTile(z: Points, weights: Float64Array, { state }: TileScan, wanted: (p: number) => boolean): void {
  const { size: N, dim: D } = z;
  const points = Array.from(state.mass.keys()).filter(wanted);
  const rows = cachedRows(D);
  for (let from = 0; from < N; from += rows) {
    const to = Math.min(from + rows, N);
    for (const p of points) {
      addRows(state.mean.data.subarray(p * D, (p + 1) * D), z.data, weights.subarray(p * N + from, p * N + to), from);
    }
  }
  for (const p of points) {
    for (let at = p * D; at < (p + 1) * D; at++)
      state.mean.data[at] = (state.mean.data[at] as number) / (state.mass[p] as number);
  }
}

/** Σ w‖z − mean‖² about the means that are there. */
export function spreadTile(z: Points, weights: Float64Array, { state }: TileScan): void {
  const { size: N, dim: D } = z;
  const rows = cachedRows(D);
  for (let from = 0; from < N; from += rows) {
    const to = Math.min(from + rows, N);
    for (let p = 0; p < state.mass.length; p++) {
      addSpread(state, p, z.data, { weights: weights.subarray(p * N + from, p * N + to), from });
    }
  }
}

/** Logits of one point to weights, with their sums into row p of the state; returns how many were kept. */
function weigh(state: ScanState, p: number, logits: Float64Array, cut: number): number {
  let top = -Infinity;
  for (let n = 0; n < logits.length; n++) if ((logits[n] as number) > top) top = logits[n] as number;
  let [mass, massSquared, logitSum, kept] = [0, 0, 0, 0];
  for (let n = 0; n < logits.length; n++) {
    const logit = (logits[n] as number) - top;
    if (!(logit > -cut)) {
      logits[n] = 0;
      continue;
    }
    const w = Math.exp(logit);
    logits[n] = w;
    kept++;
    mass += w;
    massSquared += w * w;
    logitSum += w * logit;
  }
  state.top[p] = top;
  state.mass[p] = mass;
  state.massSquared[p] = massSquared;
  state.logitSum[p] = logitSum;
  return kept;
}

/** mean += Σ w_n z_n over rows from, from + 1, …, four at a time; rows without weight are not read. */
function addRows(mean: Float64Array, z: Float64Array, weights: Float64Array, from: number): void {
  const D = mean.length;
  let [a, b, c, p, q, r, held] = [0, 0, 0, 0, 0, 0, 0];
  for (let n = 0; n < weights.length; n++) {
    const w = weights[n] as number;
    if (w === 0) continue;
    const at = (from + n) * D;
    if (held === 0) {
      a = at;
      p = w;
    } else if (held === 1) {
      b = at;
      q = w;
    } else if (held === 2) {
      c = at;
      r = w;
    } else {
      for (let d = 0; d < D; d++) {
        const pair = p * (z[a + d] as number) + q * (z[b + d] as number);
        mean[d] = (mean[d] as number) + (pair + (r * (z[c + d] as number) + w * (z[at + d] as number)));
      }
      held = -1;
    }
    held++;
  }
  if (held > 0) for (let d = 0; d < D; d++) mean[d] = (mean[d] as number) + p * (z[a + d] as number);
  if (held > 1) for (let d = 0; d < D; d++) mean[d] = (mean[d] as number) + q * (z[b + d] as number);
  if (held > 2) for (let d = 0; d < D; d++) mean[d] = (mean[d] as number) + r * (z[c + d] as number);
}

/** spread += Σ w‖z − mean‖²: a second pass, so that nothing cancels. */
function addSpread(
  state: ScanState,
  p: number,
  z: Float64Array,
  { weights, from }: { readonly weights: Float64Array; readonly from: number },
): void {
  const D = state.mean.dim;
  const mean = state.mean.data.subarray(p * D, (p + 1) * D);
  let spread = state.spread[p] as number;
  for (let n = 0; n < weights.length; n++) {
    const w = weights[n] as number;
    if (w === 0) continue;
    let squared = 0;
    for (let d = 0, at = (from + n) * D; d < D; d++, at++) {
      const gap = (z[at] as number) - (mean[d] as number);
      squared += gap * gap;
    }
    spread += w * squared;
  }
  state.spread[p] = spread;
}
