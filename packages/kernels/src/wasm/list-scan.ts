import type { Points, ScanQuery, ScanState } from "@fluxion/core";
import { scratchOf } from "./arena.js";
import type { HeldAtoms } from "./held-atoms.js";
import { readState } from "./read-state.js";
import { scanMemory } from "./scan-memory.js";

/** The state of listed atoms alone, one list for each query, in double precision; `x` is [B, D] with one list each. */
export async function listScan(
  held: HeldAtoms,
  lists: readonly Int32Array[],
  { x, query }: { readonly x: Points; readonly query: ScanQuery },
): Promise<ScanState> {
  const { pool } = held;
  const arena = scratchOf(pool.arena);
  try {
    const memory = scanMemory(arena, held.doubles(), x, { ...query, cut: 0, single: false });
    const total = lists.reduce((sum, list) => sum + list.length, 0);
    const indices = arena.allocate(4 * total);
    const out = arena.allocate(memory.rows * memory.stride);
    let at = indices;
    const calls = lists.map((list, b) => {
      arena.i32(at, list.length).set(list);
      at += 4 * list.length;
      return [memory.address, b, at - 4 * list.length, list.length, out + b * memory.stride];
    });
    const longest = lists.reduce((most, { length }) => Math.max(most, length), 0);
    await pool.run("exactList", calls, 8 * (longest + 4));
    const state = readState(arena, { ...memory, address: out, mean: memory.bytes, best: query.top }, x, query);
    state.best.indices.forEach((position, j) => {
      if (position >= 0) state.best.indices[j] = lists[Math.floor(j / query.top)]?.[position] ?? -1;
    });
    return state;
  } finally {
    arena.release();
  }
}
