import type { Points } from "../points/index.js";
import type { Demand } from "./certificate.js";
import type { ScanQuery, ScanState } from "./scan.js";

/**
 * How far a computed state may be from the true one, for each query. All are rigorous upper bounds: rounding of the
 * arithmetic and of the stored data, and what was left out.
 */
export interface ScanError {
  /** δ with |ℓ̂_i − ℓ_i| ≤ δ up to one shift common to all i, [B]. */
  readonly logit: Float64Array;
  /** Bound of the common shift itself, nats; it enters log p_t(x) alone, [B]. */
  readonly shift: Float64Array;
  /** Bound of what rounding in the sums, given the logits, adds to ‖mean‖, in the units of the data, [B]. */
  readonly mean: Float64Array;
  /** Relative error bound of `mass`, `massSquared` and `spread` given the logits and the mean, [B]. */
  readonly mass: Float64Array;
  /** Share of the true mass that was left out: τ ≤ skipped, [B]. */
  readonly skipped: Float64Array;
}

/** One scan over all data, or a shard of it, with what is known of its error. */
export interface Scan {
  readonly state: ScanState;
  readonly error: ScanError;
  /** Pairs (query, atom) whose weight was computed. */
  readonly evaluations: number;
  /** Pairs that were shown to be negligible without computing their weight. */
  readonly skipped: number;
}

/**
 * The seam of fast evaluation: full or certified scans over one set of atoms, bound once, with N(αz, variance·I) around
 * every atom. A backend implements this and nothing else; schedulers, smoothing and quantities are above it. Eq. (M5)
 */
export interface ScanBackend {
  /** As it appears in certificates. */
  readonly name: string;
  /** D. */
  readonly dim: number;
  /** N. */
  readonly size: number;
  /** max ‖z_i − c‖ about some c: the scale of certified(ε). */
  readonly radius: number;
  /** Which demands it can meet. */
  readonly meets: ReadonlySet<Demand["kind"]>;
  /**
   * The state of all atoms for queries x, [B, D]. For `certified` the caller reads what was reached from the error; a
   * backend may stop there or refine.
   * @throws RangeError for a query that is not finite, or a demand that it does not meet; Error when a worker or device is lost.
   */
  scan(x: Points, query: ScanQuery, demand: Demand): Promise<Scan>;
  /** Frees workers, memory and devices. Further scans are errors. */
  close(): Promise<void>;
}
