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
  const all = arena.f64(at.address, (size * at.stride) / 8);
  const along = at.mean / 8;
  const best = SUMS / 8 + along * (query.tangent ? 2 : 1);
  const indices = arena.i32(at.address, (size * at.stride) / 4);
  for (let b = 0, row = 0; b < size; b++, row += at.stride / 8) {
    state.top[b] = all[row] ?? 0;
    state.mass[b] = all[row + 1] ?? 0;
    state.massSquared[b] = all[row + 2] ?? 0;
    state.logitSum[b] = all[row + 3] ?? 0;
    if (query.spread) state.spread[b] = all[row + 4] ?? 0;
    copyTo(state.mean.data, b * dim, all, row + SUMS / 8, dim);
    if (state.tangent) copyTo(state.tangent.data, b * dim, all, row + SUMS / 8 + along, dim);
    copyTo(state.best.logits, b * query.top, all, row + best, at.best);
    copyTo(state.best.indices, b * query.top, indices, 2 * (row + best + at.best), at.best);
  }
  return state;
}

/** Copies a few numbers: views of them would cost more. */
function copyTo<T extends Float64Array | Int32Array>(to: T, start: number, from: T, at: number, count: number): void {
  for (let k = 0; k < count; k++) to[start + k] = from[at + k] ?? 0;
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
