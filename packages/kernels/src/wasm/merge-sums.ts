import { mergeScans, type Points, type ScanQuery, type ScanState, zeros } from "@fluxion/core";
import type { Arena } from "./arena.js";
import { readState, type StateMemory } from "./read-state.js";
import { SUMS } from "./scan-memory.js";

/**
 * The state of the union of shards whose means are left as sums Σ w z, each relative to the largest logit of its shard: the sums
 * are scaled by exp(top of the shard − top) and divided by the mass once. All else merges as `mergeScans` has it.
 */
export function mergeSums(
  arena: Arena,
  shards: readonly StateMemory[],
  { size, dim }: Pick<Points, "size" | "dim">,
  query: ScanQuery,
): ScanState {
  const parts = shards.map((shard) => readState(arena, shard, { size, dim: 1 }, query)); // their means are not read
  const merged = parts.reduce((all, part) => mergeScans(all, part, query));
  const mean = zeros(size, dim);
  shards.forEach(({ address, stride }, k) => {
    const all = arena.f64(address, (size * stride) / 8);
    for (let b = 0, row = SUMS / 8; b < size; b++, row += stride / 8) {
      const factor = Math.exp((parts[k]?.top[b] ?? 0) - (merged.top[b] ?? 0)) / (merged.mass[b] ?? 0);
      if (!(factor > 0)) continue; // a shard without weight, or all of them
      for (let d = 0, at = b * dim; d < dim; d++, at++) mean.data[at] = (mean.data[at] ?? 0) + factor * (all[row + d] ?? 0);
    }
  });
  return { ...merged, mean };
}
