import { BLOCK, emptyScan, mergeScans, type Points, rows, type ScanQuery, type ScanState } from "@fluxion/core";
import { scratchOf } from "./arena.js";
import type { DoubleAtoms } from "./double-atoms.js";
import type { WasmPool } from "./pool.js";
import { copyState, readState } from "./read-state.js";
import { CALL_ROWS, scanMemory } from "./scan-memory.js";

/** A question, and the bytes of results that are held at once: beyond that queries are taken in turns. */
export interface ExactQuestion {
  readonly x: Points;
  readonly query: ScanQuery;
  /** @defaultValue 64 MiB */
  readonly room?: number;
}

/**
 * The full scan in double precision: every block of 4096 atoms in a fixed order of its own, blocks merged from first to last.
 * The answer does not depend on the number of threads, nor on which thread took which block. `size` is N.
 */
export async function exactScan(
  pool: WasmPool,
  atoms: DoubleAtoms,
  size: number,
  { x, query, room = 1 << 26 }: ExactQuestion,
): Promise<ScanState> {
  const whole = emptyScan(x.size, x.dim, query);
  const blocks = Math.ceil(size / BLOCK);
  const perRow = blocks * 8 * (16 + x.dim * (query.tangent ? 2 : 1) + 2 * query.top);
  const step = Math.max(CALL_ROWS, CALL_ROWS * Math.floor(room / perRow / CALL_ROWS));
  for (let from = 0; from < x.size; from += step) {
    const to = Math.min(from + step, x.size);
    const part = query.tangent ? { ...query, tangent: rows(query.tangent, from, to) } : query;
    copyState(await scanRows(pool, atoms, size, { x: rows(x, from, to), query: part }), whole, {
      from: 0,
      to: from,
      count: to - from,
    });
  }
  return whole;
}

async function scanRows(pool: WasmPool, atoms: DoubleAtoms, size: number, { x, query }: ExactQuestion): Promise<ScanState> {
  const arena = scratchOf(pool.arena);
  try {
    const best = Math.min(query.top, BLOCK); // of one block
    const memory = scanMemory(arena, atoms, x, { ...query, top: best, cut: 0, single: false });
    const blocks = Math.ceil(size / BLOCK);
    const out = arena.allocate(blocks * memory.rows * memory.stride);
    const calls: number[][] = [];
    for (let k = 0; k < blocks; k++) {
      const count = 4 * Math.ceil(Math.min(BLOCK, size - k * BLOCK) / 4);
      for (let row = 0; row < memory.rows; row += CALL_ROWS) {
        const count32 = Math.min(CALL_ROWS, memory.rows - row);
        calls.push([memory.address, row, count32, k * BLOCK, count, out + (k * memory.rows + row) * memory.stride]);
      }
    }
    await pool.run(atoms.kernel, calls, atoms.workspace);
    let state = emptyScan(x.size, x.dim, query);
    for (let k = 0; k < blocks; k++) {
      const address = out + k * memory.rows * memory.stride;
      const block = readState(arena, { ...memory, address, mean: memory.bytes, best }, x, query);
      state = k === 0 ? block : mergeScans(state, block, query);
    }
    return state;
  } finally {
    arena.release();
  }
}
