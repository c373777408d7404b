import type { StoreCoding } from "./coding.js";

/** Rows of a block: the unit of the fixed order of summation, of the index, and of checksums. */
export const BLOCK_ROWS = 4096;

/** The name of the file that describes a store. */
export const MANIFEST_FILE = "store.json";

/** One file of a store: what it must be to be the one that was written. */
export interface StoreFile {
  /** Its name in the folder of the store. */
  readonly file: string;
  readonly bytes: number;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
}

/** Consecutive rows in one file, row-major, little-endian; a block may begin in one shard and end in the next. */
export interface Shard extends StoreFile {
  readonly rows: number;
  /** One float64 a row, positive: w_i. Present in every shard or in none. */
  readonly weights?: StoreFile;
  /** One uint32 a row: which row of the data as given it is. Present in every shard or in none. */
  readonly origins?: StoreFile;
}

/** What `store.json` says: a data set in files, larger than memory if need be. */
export interface StoreManifest {
  /** N. */
  readonly size: number;
  /** D. */
  readonly dim: number;
  readonly coding: StoreCoding;
  readonly shards: readonly Shard[];
  /** Centre, radius and checksum of every block. */
  readonly index: StoreFile;
  /** Σ w_i, summed from first to last row; N where no weights are kept. */
  readonly totalWeight: number;
  /** Σ π_i z_i of the rows as kept, [D]. */
  readonly center: Float64Array;
  /** No less than max ‖z_i − center‖ of the rows as kept. */
  readonly radius: number;
  /** No less than max ‖z_i‖ of the rows as kept. */
  readonly norm: number;
  /** No less than max ‖z_i − z_i as given‖: what rounding to the coding lost; 0 when nothing. */
  readonly storageError: number;
  /** Whether near rows were brought together. */
  readonly clustered: boolean;
}
