import type { Points } from "../points/index.js";
import type { Demand } from "./certificate.js";
import type { ScanQuery, ScanState } from "./scan.js";

/**
 * How far a computed state may be from the true one, for each query: rigorous upper bounds, ∞ where there is none.
 *
 * The sums of a state are those of some weights ŵ_i, in exact arithmetic, up to `mean` and `mass`; and ŵ_i = exp(ℓ̂_i − top) of
 * some logits ℓ̂_i, those of the largest weight exactly top, up to `logit` and `shift`. What happens to a weight after its
 * logit, such as the error of exp or of a rescaling by exp(shift) when shards are merged, may be counted as nats of its
 * logit: log(1 + ε).
 *
 * For the demand `statistical` nothing is bounded (all ∞, `skipped` 1) but `mean`, which is the standard error.
 */
export interface ScanError {
  /**
   * δ with |ℓ̂_i − ℓ_i − c| ≤ δ for one c common to all i that were not left out, [B]. The logits in `logitSum` are within it too,
   * and those in `best`, none above top, but for what float64 rounds off numbers of their size.
   */
  readonly logit: Float64Array;
  /** Bound of |c|, nats; it enters log p_t(x) alone, [B]. */
  readonly shift: Float64Array;
  /** ‖mean − Σŵz/Σŵ‖: rounding of the sums and of the stored z, in the units of the data, [B]. */
  readonly mean: Float64Array;
  /**
   * Relative error of `mass`, `massSquared` and `logitSum`, given ŵ and the logits; of `spread` too, and of `tangent` relative
   * to spread·‖v‖, beyond what a mean and atoms that are off by `mean` explain, [B]. ∞ where these sums were not made.
   */
  readonly mass: Float64Array;
  /** τ: the share of the true mass that was left out or is not within `logit`, plus the share of ŵ that is not, [B]. */
  readonly skipped: Float64Array;
  /**
   * No less than √tr Cov_ŵ z, in the units of the data, [B], where a backend knows it without the spread: the more concentrated
   * the posterior, the less errors of logits move its mean.
   */
  readonly deviation?: Float64Array;
  /**
   * No less than √(Σŵδ²/Σŵ) with a δ_i ≤ `logit` for every logit, [B], where a backend knows it: logits of atoms that are far out
   * are off by more than those that weigh.
   */
  readonly typical?: Float64Array;
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
   * @throws RangeError for a query that is not finite, or a demand that it does not meet; Error when a worker or device is
   * lost, or after `close`.
   */
  scan(x: Points, query: ScanQuery, demand: Demand): Promise<Scan>;
  /** Frees workers, memory and devices. Further scans are errors. */
  close(): Promise<void>;
}
