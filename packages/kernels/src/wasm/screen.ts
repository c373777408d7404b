import { BLOCK, type Points, type ScanQuery } from "@fluxion/core";
import { scratchOf } from "./arena.js";
import { biased } from "./float-scan.js";
import type { HeldAtoms } from "./held-atoms.js";
import { scanMemory } from "./scan-memory.js";
import { shares } from "./shares.js";

/** Candidates of one row in one shard; beyond that double precision takes all atoms. Few rows have room for more. */
const ROOM = { least: 1024, most: 2 * BLOCK, bytes: 2 ** 26 };
/** Bytes before the candidates, as `assembly/screen-rows.ts` has it. */
const HEAD = 64;
/** Bytes of workspace: a tile of logits. */
const SPACE = 34816;

/** What to look for: queries as kernels of single precision read them, and how far each logit may be off. */
export interface Screening {
  readonly x: Points;
  readonly query: ScanQuery;
  /** Atoms this far below the largest are negligible. */
  readonly cut: number;
  /** δ of each row, [B]. */
  readonly delta: Float64Array;
}

/**
 * The atoms that may matter, in increasing order, for each query: all whose true logit is within `cut` of the largest, and all
 * that may be among the `top` largest. Undefined where they are too many, or none has a weight.
 */
export async function screen(held: HeldAtoms, { x, query, cut, delta }: Screening): Promise<(Int32Array | undefined)[]> {
  const { pool, bound } = held;
  const arena = scratchOf(pool.arena);
  try {
    const plain = { ...query, tangent: undefined, spread: false };
    const memory = scanMemory(arena, biased(held, query), x, { ...plain, cut, single: true });
    const { rowBlocks, shards } = shares(pool.threads(), memory.rows, bound.size);
    const room = Math.max(ROOM.least, Math.min(ROOM.most, 64 * Math.floor(ROOM.bytes / (768 * memory.rows * shards.length))));
    const stride = 64 * Math.ceil((HEAD + 12 * room + 12 * query.top) / 64);
    arena.i32(memory.address + 68, 1)[0] = stride; // rows of this kernel are longer
    const out = arena.allocate(shards.length * memory.rows * stride);
    for (let k = 0; k < shards.length; k++) {
      for (let b = 0; b < memory.rows; b++) {
        const row = out + (k * memory.rows + b) * stride;
        const slack = 2 * (delta[b] ?? 0);
        arena.f64(row, 3).set([0, cut + slack, slack]);
        arena.i32(row + 24, 2).set([0, room]);
      }
    }
    const calls = shards.flatMap(({ from, count }, k) =>
      rowBlocks.map((block) => [
        memory.address,
        block.from,
        block.count,
        from,
        count,
        out + (k * memory.rows + block.from) * stride,
      ]),
    );
    await pool.run("screenRows", calls, SPACE);
    return Array.from({ length: x.size }, (_, b) => {
      const found = shards.map((_shard, k) => readRow(held, out + (k * memory.rows + b) * stride, room, query.top));
      return survivors(found, { depth: cut + 2 * (delta[b] ?? 0), slack: 2 * (delta[b] ?? 0), top: query.top });
    });
  } finally {
    arena.release();
  }
}

/** What one shard found for one row. */
interface Found {
  readonly top: number;
  readonly count: number;
  readonly indices: Int32Array;
  readonly logits: Float64Array;
  readonly best: Float64Array;
}

function readRow({ pool: { arena } }: HeldAtoms, row: number, room: number, k: number): Found {
  const count = arena.i32(row + 24, 1)[0] ?? -1;
  const held = Math.max(0, count);
  return {
    top: arena.f64(row, 1)[0] ?? -Infinity,
    count,
    indices: arena.i32(row + HEAD, held).slice(),
    logits: arena.f64(row + HEAD + 4 * room, held).slice(),
    best: arena.f64(row + HEAD + 12 * room, k).slice(),
  };
}

/** Candidates of all shards that still matter when the largest logits of all are known. */
function survivors(
  found: readonly Found[],
  { depth, slack, top }: { readonly depth: number; readonly slack: number; readonly top: number },
): Int32Array | undefined {
  if (found.some(({ count }) => count < 0)) return undefined;
  const largest = Math.max(...found.map((shard) => shard.top));
  const ranked = found.flatMap(({ best }) => [...best]).sort((a, b) => b - a);
  const least = Math.min(largest - depth, top > 0 ? (ranked[top - 1] ?? -Infinity) - slack : Infinity);
  const kept = found.flatMap(({ indices, logits }) => [...indices].filter((_, c) => (logits[c] ?? -Infinity) >= least));
  return kept.length === 0 || kept.length > BLOCK ? undefined : Int32Array.from(kept);
}
