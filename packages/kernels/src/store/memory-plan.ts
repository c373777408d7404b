import type { Points, ScanQuery } from "@fluxion/core";
import { BLOCK_ROWS, blockCount, type DataStore } from "@fluxion/io";
import { blockBytes } from "./block-reader.js";
import type { ChunkScanner } from "./scan-chunk.js";

/** Bytes of a read beyond which larger ones are no faster. */
const LARGEST_READ = 32 * 2 ** 20;

/** A budget that suffices has room for so many points, of which so many largest weights are kept. */
const ROOM = { points: 64, top: 16 };

/** How a memory budget is spent. */
export interface MemoryPlan {
  /** Blocks of each of the two read buffers. */
  readonly runBlocks: number;
  /** What is left for the states of queries. */
  readonly forQueries: number;
}

/**
 * Divides a budget: the index, the buffers of the scanner, two read buffers, and the rest for queries, at least what 64 of them take.
 * @throws RangeError with the least budget, when one block and 64 queries do not fit.
 */
export function planMemory(store: DataStore, scanner: ChunkScanner, memory: number): MemoryPlan {
  const { size, dim, index } = store.manifest;
  const block = blockBytes(store);
  const fixed = index.bytes + blockCount(size) + scanner.inFlight * block.decode + scanner.bytes(dim);
  const queries = Math.max(queryBytes(store, ROOM.points, { top: ROOM.top, vectors: 2 }), 2 * certifiedBytes(store));
  const least = fixed + 2 * block.read + queries;
  if (!(memory >= least)) {
    throw new RangeError(
      `Cannot scan the store "${store.name}": the memory budget is ${memory} bytes; expected at least ${least} for ${size} rows of dim ${dim}`,
    );
  }
  const free = memory - fixed;
  const reading = Math.min(Math.max(2 * block.read, 0.75 * free), 2 * LARGEST_READ, free - queries);
  const runBlocks = Math.max(1, Math.min(Math.floor(reading / (2 * block.read)), blockCount(size)));
  return { runBlocks, forQueries: free - 2 * runBlocks * block.read };
}

/** Bytes of the states of B queries of one or two vectors each while blocks are merged: three states, and the weights of one block. */
export function queryBytes(
  { manifest }: Pick<DataStore, "manifest">,
  B: number,
  { top, vectors }: { readonly top: number; readonly vectors: 1 | 2 },
): number {
  return 3 * B * (8 * manifest.dim * vectors + 8 * 10 + 12 * top) + 8 * BLOCK_ROWS;
}

/** Bytes of the bounds of all blocks for one query: bound, order, tail, and three lists of which block wants whom. */
export function certifiedBytes({ manifest }: Pick<DataStore, "manifest">): number {
  return (8 + 4 + 8 + 12 + 8 + 8) * blockCount(manifest.size);
}

/** Throws unless the states of all queries fit into what is left for them. */
export function requireRoom(store: DataStore, { forQueries }: MemoryPlan, x: Points, query: ScanQuery): void {
  const needed = queryBytes(store, x.size, { top: query.top, vectors: query.tangent === undefined ? 1 : 2 });
  if (needed <= forQueries) return;
  throw new RangeError(
    `Cannot scan the store "${store.name}": ${x.size} points take ${needed} bytes, ${forQueries} of the memory budget are left for them; expected fewer points at a time, or a larger budget`,
  );
}

/** How many points without directions fit into what is left for queries. */
export function pointsThatFit(store: DataStore, { forQueries }: MemoryPlan, top: number): number {
  const none = queryBytes(store, 0, { top, vectors: 1 });
  return Math.max(1, Math.floor((forQueries - none) / (queryBytes(store, 1, { top, vectors: 1 }) - none)));
}
