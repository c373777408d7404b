import {
  BLOCK,
  type Points,
  points,
  type Reach,
  referenceError,
  type Scan,
  type ScanError,
  type ScanQuery,
  scanBlock,
} from "@fluxion/core";
import { type MergedScan, noError } from "./merged-error.js";

/** Consecutive rows of a store, never more than a block of them and never across the edge of a block. */
export interface StoreChunk {
  /** [n, D], row-major; valid until the scan of the chunk is done. */
  readonly rows: Float32Array;
  /** log π_i, [n]; valid as long. */
  readonly logWeights: Float64Array;
  /** The index of the first row among all atoms. */
  readonly firstIndex: number;
}

/**
 * The seam between a store and who computes: the scan of one chunk for all queries. The indices of its largest weights
 * count from the first row of the store; its errors are those of this chunk, without merging. Chunks lie at fixed places,
 * so that an answer depends neither on the memory budget nor on how rows are spread over files.
 */
export type ScanChunk = (chunk: StoreChunk, x: Points, query: ScanQuery) => Scan | Promise<Scan>;

/** Makes what scans the chunks of one store, and says what memory it takes. */
export interface ChunkScanner {
  /** As it appears in certificates. */
  readonly name: string;
  /** Whether its sums are float64 in a fixed order, as `exact` promises. */
  readonly exact: boolean;
  /** How many chunks may be under way at once. */
  readonly inFlight: number;
  /** Bytes of the buffers that it makes for rows of dimension D. */
  readonly bytes: (dim: number) => number;
  /** Starts; `allocate` makes buffers that count towards the memory budget. */
  readonly open: (dim: number, allocate: (bytes: number) => ArrayBuffer) => ScanChunk;
  /** The error of the merged state: at least that of the chunks and of merging them from first to last. */
  readonly error: (merged: MergedScan, reach: Reach) => ScanError;
}

/** Core's own block scan on the rows widened to float64: the same bytes as the reference scan of the same rows. */
export const referenceChunks: ChunkScanner = {
  name: "reference",
  exact: true,
  inFlight: 1,
  bytes: (dim) => 8 * BLOCK * dim,
  open(dim, allocate) {
    const wide = new Float64Array(allocate(8 * BLOCK * dim));
    return ({ rows, logWeights, firstIndex }, x, query) => {
      const size = logWeights.length;
      wide.set(rows);
      const atoms = { points: points(wide.subarray(0, size * dim), dim), logWeights };
      const state = scanBlock(atoms, x, query, 0, size);
      const { indices } = state.best;
      for (let k = 0; k < indices.length; k++) {
        const index = indices[k] ?? -1;
        if (index >= 0) indices[k] = index + firstIndex;
      }
      return { state, error: noError(x.size), evaluations: x.size * size, skipped: 0 };
    };
  },
  error: ({ x, query, state }, reach) => referenceError(x, query, reach, state), // of blocks and their merging alike
};
