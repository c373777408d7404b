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

/** Copies the rows of a state into a larger one, from row `from` on. */
export function copyState(part: ScanState, whole: ScanState, from: number): void {
  const D = part.mean.dim;
  for (const key of ["top", "mass", "massSquared", "logitSum", "spread"] as const) whole[key].set(part[key], from);
  whole.mean.data.set(part.mean.data, from * D);
  if (part.tangent) whole.tangent?.data.set(part.tangent.data, from * D);
  whole.best.logits.set(part.best.logits, from * part.best.count);
  whole.best.indices.set(part.best.indices, from * part.best.count);
}
