import { emptyScan, type Points, type ScanQuery, type ScanState, zeros } from "@fluxion/core";
import type { Arena } from "./arena.js";
import { type ScanMemory, SUMS } from "./scan-memory.js";

/** Where the rows of a state are, as `assembly/scan-query.ts` lays them out, and how many of the largest logits they keep. */
export interface StateMemory extends Pick<ScanMemory, "stride"> {
  readonly address: number;
  /** Bytes of a mean: D doubles and their padding. */
  readonly mean: number;
  readonly best: number;
}

/** The state that the kernels wrote for queries of shape [B, D]. */
export function readState(
  arena: Arena,
  at: StateMemory,
  { size, dim }: Pick<Points, "size" | "dim">,
  query: ScanQuery,
): ScanState {
  const empty = emptyScan(size, dim, query);
  const state = { ...empty, tangent: query.tangent && zeros(size, dim) };
  for (let b = 0; b < size; b++) {
    const row = at.address + b * at.stride;
    const [top = 0, mass = 0, massSquared = 0, logitSum = 0, spread = 0] = arena.f64(row, 5);
    state.top[b] = top;
    state.mass[b] = mass;
    state.massSquared[b] = massSquared;
    state.logitSum[b] = logitSum;
    state.spread[b] = query.spread ? spread : 0;
    state.mean.data.set(arena.f64(row + SUMS, dim), b * dim);
    state.tangent?.data.set(arena.f64(row + SUMS + at.mean, dim), b * dim);
    if (at.best === 0) continue;
    const best = row + SUMS + at.mean * (query.tangent ? 2 : 1);
    state.best.logits.set(arena.f64(best, at.best), b * query.top);
    state.best.indices.set(arena.i32(best + 8 * at.best, at.best), b * query.top);
  }
  return state;
}

/** Copies `count` rows of a state, from row `from` on, to rows of another, from row `to` on. */
export function copyState(
  part: ScanState,
  whole: ScanState,
  { from, to, count }: { readonly from: number; readonly to: number; readonly count: number },
): void {
  const copy = (a: Float64Array | Int32Array, b: Float64Array | Int32Array, width: number): void =>
    b.set(a.subarray(from * width, (from + count) * width), to * width);
  for (const key of ["top", "mass", "massSquared", "logitSum", "spread"] as const) copy(part[key], whole[key], 1);
  copy(part.mean.data, whole.mean.data, part.mean.dim);
  if (part.tangent && whole.tangent) copy(part.tangent.data, whole.tangent.data, part.mean.dim);
  copy(part.best.logits, whole.best.logits, part.best.count);
  copy(part.best.indices, whole.best.indices, part.best.count);
}
