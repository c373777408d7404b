/**
 * How far the logits of the graphs may be from the true ones. With u the unit roundoff of the format, D coordinates, Q no
 * less than the norm of the slopes q = (α/v)x', Y no less than every ‖y_i‖ and M no less than every |bias|:
 *
 *     rounding q to the format                          u QY
 *     D products and the bias, P roundings each         γ_P(QY + M)
 *     rounding the bias to the format                   u M
 *     a host in float64: x', q and the bias             4·2⁻⁵³QY + (D + 8)2⁻⁵³((α²/v)Y² + M) + (|α|/v)·‖error of x'‖·Y
 *     y_i + e_i instead of y_i, ‖e_i‖ ≤ e               (|α|/v)‖x'‖e + (α²/v)(Ye + e²/2)
 *     products and operands below the normal numbers    ν(2D + 2 + √D(Q + Y)), ν the smallest normal one
 *
 * The first two use Σ|q_d y_d| ≤ QY. Nothing is assumed of fused operations, and the last line holds for threads that flush
 * denormals as for those that do not.
 */
import { gamma, outward, type ScanQuery, unitRoundoff } from "@fluxion/core";
import type { AtomTable, Format } from "./atom-table.js";

const DOUBLE = unitRoundoff.float64;
const SMALLEST_NORMAL: Readonly<Record<Format, number>> = { float32: 2 ** -126, float64: 2 ** -1022 };
/** Logits of this size and more could leave float32 on the way. */
const LARGEST_LOGIT = 1e29;

/** What the bound needs of one query. */
export interface LogitSizes {
  readonly dim: number;
  /** P: most roundings that a product, or the bias, meets; D + 1 in any order whatever. */
  readonly depth: number;
  /** Q. */
  readonly steepness: number;
  /** ‖x'‖. */
  readonly distance: number;
  /** Error of x' itself. */
  readonly offset: number;
  /** M. */
  readonly bias: number;
}

/** What is known of the atoms that weigh. */
export interface TypicalAtoms {
  /** No less than √E‖y‖² under the weights. */
  readonly size: number;
  /** No less than every |log π_i| that is finite, relative to the largest. */
  readonly lightest: number;
}

/**
 * √Eδ_i² under the weights, with the bound of each logit by the size of its own atom: all terms above are linear in ‖y_i‖ and
 * |bias_i| but one, that of Y², for which √E‖y‖⁴ ≤ Y√E‖y‖²; and E bias² ≤ M(max |log π| + (α²/v)E‖y‖²/2).
 */
export function typicalRounding(
  table: Pick<AtomTable, "format" | "norm" | "storageError">,
  sizes: LogitSizes,
  query: Pick<ScanQuery, "alpha" | "variance">,
  { size, lightest }: TypicalAtoms,
): number {
  const norm = Math.min(table.norm, size);
  const curvature = (query.alpha * query.alpha) / query.variance;
  const bias = Math.min(sizes.bias, Math.sqrt(sizes.bias * (lightest + (curvature * norm * norm) / 2)) * (1 + 8 * DOUBLE));
  const squares = (sizes.dim + 8) * DOUBLE * curvature * table.norm * norm;
  return outward(logitRounding({ ...table, norm }, { ...sizes, bias }, query) + squares);
}

/** Bound of |ℓ̂_i − ℓ_i| up to one shift common to all i; ∞ where logits could overflow. */
export function logitRounding(
  { format, norm, storageError }: Pick<AtomTable, "format" | "norm" | "storageError">,
  { dim, depth, steepness, distance, offset, bias }: LogitSizes,
  { alpha, variance }: Pick<ScanQuery, "alpha" | "variance">,
): number {
  const u = unitRoundoff[format];
  const product = steepness * norm;
  if (!(product + bias < LARGEST_LOGIT) || !(steepness < LARGEST_LOGIT)) return Infinity;
  const rate = Math.abs(alpha) / variance;
  const curvature = rate * Math.abs(alpha);
  const sums = gamma(depth, u);
  const graph = (u + sums) * (1 + u) * product + (u + sums * (1 + u)) * bias;
  const host = 4 * DOUBLE * product + (dim + 8) * DOUBLE * (curvature * norm * norm + bias) + rate * offset * norm;
  const storage = rate * distance * storageError + curvature * (norm * storageError + storageError * storageError);
  const tiny = SMALLEST_NORMAL[format] * (2 * dim + 2 + Math.sqrt(dim) * (steepness + norm));
  return outward(graph + host + storage + tiny);
}
