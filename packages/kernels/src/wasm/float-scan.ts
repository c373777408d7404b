import type { Points, ScanQuery, ScanState } from "@fluxion/core";
import { scratchOf } from "./arena.js";
import type { DoubleAtoms } from "./double-atoms.js";
import { type HeldAtoms, isFew } from "./held-atoms.js";
import { mergeSums } from "./merge-sums.js";
import { type AtomMemory, scanMemory } from "./scan-memory.js";
import { shares } from "./shares.js";

/** Bytes of workspace: a tile of logits, of weights, and the lists of who has weight. */
const SPACE = { rows: 78080, columns: 12352 };

/** A scan in single precision: queries as the kernels read them, and what to add to the logits of each. */
export interface FloatScan {
  /** x' rounded to floats, or x itself in few dimensions, [B, D]. */
  readonly x: Points;
  readonly query: ScanQuery;
  readonly cut: number;
  /** What was left out of the logits, [B]; nothing in few dimensions. */
  readonly shift?: Float64Array;
}

/** The state of all atoms by single precision, without second moments. Shards differ with the number of threads, within the bounds. */
export async function floatScan(held: HeldAtoms, { x, query, cut, shift }: FloatScan): Promise<ScanState> {
  const { pool, bound } = held;
  const arena = scratchOf(pool.arena);
  try {
    const few = isFew(bound);
    const atoms = few ? columnsOf(held.doubles()) : biased(held, query);
    const plain = { ...query, tangent: undefined, spread: false };
    const memory = scanMemory(arena, atoms, x, { ...plain, cut, single: !few });
    const { rowBlocks, shards } = shares(pool.threads(), memory.rows, bound.size);
    const out = arena.allocate(shards.length * memory.rows * memory.stride);
    const calls = shards.flatMap(({ from, count }, k) =>
      rowBlocks.map((block) => [
        memory.address,
        block.from,
        block.count,
        from,
        count,
        out + (k * memory.rows + block.from) * memory.stride,
      ]),
    );
    await pool.run(few ? "floatColumns" : "floatRows", calls, few ? SPACE.columns : SPACE.rows);
    const mean = few ? memory.bytes : 2 * memory.bytes;
    const parts = shards.map((_, k) => ({
      stride: memory.stride,
      address: out + k * memory.rows * memory.stride,
      mean,
      best: query.top,
    }));
    const state = mergeSums(arena, parts, x, plain);
    addCommon(state, few ? undefined : bound.center, shift);
    return state;
  } finally {
    arena.release();
  }
}

/** Columns, of which all atoms are always held. */
function columnsOf({ windows: [all], load }: DoubleAtoms): AtomMemory {
  if (all === undefined) throw new Error("internal: no atoms are held");
  return load(all);
}

/** Atoms in floats with log π − (α²/v)‖y‖²/2 as what is added to their logits. */
export function biased(held: HeldAtoms, { alpha, variance }: ScanQuery): AtomMemory {
  const { rows, bias } = held.floats();
  const { halfNorms, logWeights, size } = held.bound;
  const into = held.pool.arena.f64(bias, size);
  const curvature = (alpha / variance) * alpha;
  for (let i = 0; i < size; i++) into[i] = (logWeights[i] ?? -Infinity) - curvature * (halfNorms[i] ?? 0);
  return { ...rows, bias };
}

/** Adds c to the means, and to the logits what all have in common. */
function addCommon(state: ScanState, center: Float64Array | undefined, shift: Float64Array | undefined): void {
  const { dim, data } = state.mean;
  const { count, logits } = state.best;
  for (let b = 0; b < state.top.length; b++) {
    const common = shift?.[b] ?? 0;
    state.top[b] = (state.top[b] ?? 0) + common;
    for (let j = b * count; j < (b + 1) * count; j++) logits[j] = (logits[j] ?? 0) + common;
    if (center === undefined || state.mass[b] === 0) continue;
    for (let d = 0; d < dim; d++) data[b * dim + d] = (data[b * dim + d] ?? 0) + (center[d] ?? 0);
  }
}
