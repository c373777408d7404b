import { BLOCK, emptyScan, mergeScans, type Points, rows, type ScanQuery, type ScanState } from "@fluxion/core";
import { scratchOf } from "./arena.js";
import type { DoubleAtoms } from "./double-atoms.js";
import type { WasmPool } from "./pool.js";
import { copyState, readState } from "./read-state.js";
import { type AtomMemory, CALL_ROWS, scanMemory } from "./scan-memory.js";
import type { Share } from "./shares.js";

/** A question, and the bytes of results that are held at once: beyond that queries are taken in turns. */
export interface ExactQuestion {
  readonly x: Points;
  readonly query: ScanQuery;
  /** @defaultValue 64 MiB */
  readonly room?: number;
}

/**
 * The full scan in double precision: every block of 4096 atoms in a fixed order of its own, blocks merged from first to last.
 * The answer does not depend on the number of threads, on which thread took which block, nor on how many atoms are held at once.
 */
export async function exactScan(
  pool: WasmPool,
  atoms: DoubleAtoms,
  { x, query, room = 1 << 26 }: ExactQuestion,
): Promise<ScanState> {
  const blocks = Math.ceil((atoms.windows[0]?.count ?? 0) / BLOCK);
  const perRow = blocks * 8 * (16 + x.dim * (query.tangent ? 2 : 1) + 2 * query.top);
  const step = Math.max(CALL_ROWS, CALL_ROWS * Math.floor(room / perRow / CALL_ROWS));
  const parts: Part[] = [];
  for (let from = 0; from < x.size; from += step) {
    const to = Math.min(from + step, x.size);
    const part = query.tangent ? { ...query, tangent: rows(query.tangent, from, to) } : query;
    parts.push({ from, x: rows(x, from, to), query: part, state: undefined });
  }
  for (const window of atoms.windows) {
    const memory = atoms.load(window);
    for (const part of parts) part.state = await scanWindow(pool, { ...atoms, memory, window }, part);
  }
  const whole = emptyScan(x.size, x.dim, query);
  for (const { from, x, state } of parts) if (state) copyState(state, whole, { from: 0, to: from, count: x.size });
  return whole;
}

/** Some rows of queries, from row `from` on, and the state of the blocks so far. */
interface Part {
  readonly from: number;
  readonly x: Points;
  readonly query: ScanQuery;
  state: ScanState | undefined;
}

/** Atoms that are in the memory of the kernels. */
interface Loaded extends Pick<DoubleAtoms, "kernel" | "workspace"> {
  readonly memory: AtomMemory;
  readonly window: Share;
}

/** The state with the blocks of a window merged to it. */
async function scanWindow(
  pool: WasmPool,
  { kernel, workspace, memory: atoms, window }: Loaded,
  { x, query, state: before }: Part,
): Promise<ScanState> {
  const arena = scratchOf(pool.arena);
  try {
    const best = Math.min(query.top, BLOCK); // of one block
    const memory = scanMemory(arena, atoms, x, { ...query, top: best, cut: 0, single: false });
    const blocks = Math.ceil(window.count / BLOCK);
    const out = arena.allocate(blocks * memory.rows * memory.stride);
    const calls: number[][] = [];
    for (let k = 0; k < blocks; k++) {
      const count = 4 * Math.ceil(Math.min(BLOCK, window.count - k * BLOCK) / 4);
      for (let row = 0; row < memory.rows; row += CALL_ROWS) {
        const count32 = Math.min(CALL_ROWS, memory.rows - row);
        calls.push([memory.address, row, count32, k * BLOCK, count, out + (k * memory.rows + row) * memory.stride]);
      }
    }
    await pool.run(kernel, calls, workspace);
    let state = before;
    for (let k = 0; k < blocks; k++) {
      const address = out + k * memory.rows * memory.stride;
      const block = readState(arena, { ...memory, address, mean: memory.bytes, best }, x, query);
      countFrom(block.best.indices, window.from);
      state = state === undefined ? block : mergeScans(state, block, query);
    }
    return state ?? emptyScan(x.size, x.dim, query);
  } finally {
    arena.release();
  }
}

/** Moves indices that count from the first atom of a window. */
function countFrom(indices: Int32Array, first: number): void {
  if (first === 0) return;
  indices.forEach((index, k) => {
    if (index >= 0) indices[k] = index + first;
  });
}
