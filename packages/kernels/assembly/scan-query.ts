// What all calls of one scan have in common, written once by the host.

/** Offsets in bytes are the order of the fields; the host writes the same ones. */
// @ts-ignore: decorator
@unmanaged
export class ScanQuery {
  /** α. */
  alpha: f64;
  /** −1/(2v). */
  scale: f64;
  /** Weights at or below e^−cut of the largest so far are zero in single precision. */
  cut: f64;
  /** α/v, what a product x'·y is multiplied with. */
  rate: f64;
  /** Queries, rows of doubles (or of floats, centred), and bytes from one to the next. */
  x: usize;
  ldx: usize;
  /** Atoms: rows of doubles (or of floats, centred), or columns of doubles, and bytes from one to the next. */
  z: usize;
  ldz: usize;
  /** Bytes of a row that are read: whole cache lines. */
  bytes: i32;
  /** Coordinates. */
  dim: i32;
  /** log π_i, doubles; −∞ in the padding. */
  bias: usize;
  /** Directions, rows of doubles as the queries are; 0 for none. */
  tangent: usize;
  ldt: usize;
  /** Bytes of one row of the result. */
  ldo: usize;
  /** How many of the largest logits to keep. */
  top: i32;
  /** Whether Σ w‖z − mean‖² is wanted. */
  spread: i32;
}

/** One row of the result: sums, then the mean, then the direction where it is wanted, then the largest logits. */
// @ts-ignore: decorator
@unmanaged
export class Sums {
  top: f64;
  mass: f64;
  massSquared: f64;
  logitSum: f64;
  spread: f64;
  /** Padding to a cache line; survivors are counted here. */
  count: f64;
}

/** Bytes before the mean. */
export const SUMS: usize = 64;
/** Atoms of a block, the unit of the fixed order of sums. */
export const BLOCK: i32 = 4096;
/** Bytes of the rows of weights in a workspace: a block and a line, so that rows do not meet in the caches. */
export const WEIGHTS: usize = (<usize>BLOCK << 3) + 64;
