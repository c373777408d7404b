import { emptyScan, type Points, rows, type ScanQuery, type ScanState } from "@fluxion/core";
import { type Arena, scratchOf } from "./arena.js";
import { gatherAtoms } from "./gather-atoms.js";
import type { HeldAtoms } from "./held-atoms.js";
import type { WasmPool } from "./pool.js";
import { copyState, readState } from "./read-state.js";
import { type AtomMemory, scanMemory } from "./scan-memory.js";

/** Listed atoms that are copied at once where not all are held in double precision, in coordinates; at least those of one list. */
const COPIED = 2 ** 25;

/**
 * The state of listed atoms alone, one list for each query, in double precision; `x` is [B, D] with one list each, in increasing
 * order. Where not all atoms are in the memory of the kernels in double precision, and lists are shorter than they are or they
 * do not fit, those that are listed are copied there, for some queries at a time: the bytes of the answer are the same.
 */
export async function listScan(
  held: HeldAtoms,
  lists: readonly Int32Array[],
  { x, query }: { readonly x: Points; readonly query: ScanQuery },
): Promise<ScanState> {
  const all = allAtoms(held, lists);
  const whole = emptyScan(x.size, x.dim, query);
  for (const { from, to } of all ? [{ from: 0, to: x.size }] : groupsOf(lists, COPIED / x.dim)) {
    const arena = scratchOf(held.pool.arena);
    try {
      const names = lists.slice(from, to);
      const found = all ? { atoms: all, lists: names } : gatherAtoms(arena, held.atoms, names);
      const part = { ...query, tangent: query.tangent && rows(query.tangent, from, to) };
      const state = await scanPlaces(held.pool, arena, found, { x: rows(x, from, to), query: part });
      state.best.indices.forEach((position, j) => {
        if (position >= 0) state.best.indices[j] = names[Math.floor(j / query.top)]?.[position] ?? -1;
      });
      copyState(state, whole, { from: 0, to: from, count: to - from });
    } finally {
      arena.release();
    }
  }
  return whole;
}

/** All atoms, where they are there at once, or are to be because the lists name more. */
function allAtoms(held: HeldAtoms, lists: readonly Int32Array[]): AtomMemory | undefined {
  const total = lists.reduce((sum, { length }) => sum + length, 0);
  if (!held.hasDoubles() && total < held.atoms.size) return undefined;
  const { windows, load } = held.doubles();
  const [first] = windows;
  return first && windows.length === 1 ? load(first) : undefined;
}

/** Consecutive lists that are together no longer than `most`, or one that is. */
function groupsOf(lists: readonly Int32Array[], most: number): { from: number; to: number }[] {
  const groups: { from: number; to: number }[] = [];
  let total = Infinity;
  for (const [b, { length }] of lists.entries()) {
    total += length;
    const last = groups.at(-1);
    if (last !== undefined && total <= most) last.to = b + 1;
    else {
      groups.push({ from: b, to: b + 1 });
      total = length;
    }
  }
  return groups;
}

/** The scan of atoms in the memory of the kernels, listed by their places there; the largest are positions in the lists. */
async function scanPlaces(
  pool: WasmPool,
  arena: Arena,
  { atoms, lists }: { readonly atoms: AtomMemory; readonly lists: readonly Int32Array[] },
  { x, query }: { readonly x: Points; readonly query: ScanQuery },
): Promise<ScanState> {
  const memory = scanMemory(arena, atoms, x, { ...query, cut: 0, single: false });
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
  return readState(arena, { ...memory, address: out, mean: memory.bytes, best: query.top }, x, query);
}
