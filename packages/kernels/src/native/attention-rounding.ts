/**
 * How far Σpy/Σp may be from the mean, where attention gives no more than that and Σp‖y‖²/2. With u the unit
 * roundoff of float32, n atoms, R rescalings of the running sums, γ = γ_{n + R + 4}, Y no less than every ‖y_i‖:
 *
 *     a weight, in nats     REACH·u for the differences s − m and m − m′, which telescope; (1 + R)(E + 1)u for the exponentials
 *     Σp, Σpy, Σp‖y‖²/2     each within γ Σp(…), whatever the order: n additions, a product, R rescalings, the division by a
 *                           mass that is common to all and cancels
 *     E‖y‖                  ≤ √(2h), h = Σp‖y‖²/2 over Σp, each within γ; at most Y
 *     mean                  (E‖y‖ + ‖Ey‖)·γ/(1 − γ), ‖e_i‖, the host
 *     √tr Cov               ≤ √(2h − ‖Ey‖²) + ‖e_i‖
 *     left out              n e^−REACH of the true mass, and as much of the computed weights
 *     products that vanish  n·2⁻¹²⁶ in every sum, beside the largest weight, which is 1
 *
 * Assumed: R ≤ n/RUN. The library walks over the atoms in blocks whose keys and values fill a quarter of the second-level cache,
 * thousands of atoms for few coordinates and more than RUN with 256 KiB for all that are asked, and rescales once a block.
 */
import { gamma, outward, unitRoundoff } from "@fluxion/core";
import type { AtomTable } from "./atom-table.js";
import { RUN } from "./scan-graph.js";
import { EXP_ROUNDINGS } from "./sum-rounding.js";

const SINGLE = unitRoundoff.float32;
const DOUBLE = unitRoundoff.float64;
/** Nats below the top beyond which weights are too small in sum to matter. */
const REACH = 42;
/** Norms whose squares, and products with the smallest weights, neither over- nor underflow in float32. */
const NORMS = [1e-12, 1e15] as const;

/** What holds for all queries. */
export interface AttentionRounding {
  /** γ; ∞ where float32 cannot hold the squares of the norms. */
  readonly sums: number;
  /** Of every weight, nats. */
  readonly weight: number;
  /** Share that is left out, before e^{2δ} for logits that are off by δ. */
  readonly lost: number;
}

/** The errors of attention over all atoms of a table. */
export function attentionRounding({ norm, halfNorms: { length: n } }: AtomTable): AttentionRounding {
  const rescalings = Math.ceil(n / RUN);
  const fits = norm >= NORMS[0] && norm <= NORMS[1];
  return {
    sums: fits ? gamma(n + rescalings + 4, SINGLE) : Infinity,
    weight: outward((REACH + (1 + rescalings) * (EXP_ROUNDINGS + 1)) * SINGLE * (1 + 1e-6)),
    lost: outward(2 * n * Math.exp(-REACH)),
  };
}

/** What one row of sums says: Σpy over Σp has this norm, and Σp‖y‖²/2 over Σp is `half`. */
export interface AttendedRow {
  readonly norm: number;
  readonly half: number;
}

/** Bounds of the mean of one row and of its deviation, in the units of the data. */
export function attendedError(
  { norm, half }: AttendedRow,
  { sums }: AttentionRounding,
  { norm: largest, storageError, halfNorms }: AtomTable,
  centerNorm: number,
): { readonly mean: number; readonly deviation: number } {
  if (!(sums < 0.5)) return { mean: Infinity, deviation: Infinity };
  const vanished = 16 * halfNorms.length * 2 ** -126;
  const most = outward((2 * (half * (1 + sums) + vanished) * (1 + 2 * SINGLE)) / (1 - sums)); // ≥ E‖y‖²
  const size = Math.min(largest, Math.sqrt(most) * (1 + 4 * DOUBLE)); // ≥ E‖y‖
  const share = outward(sums / (1 - sums));
  const inner = outward(share * (size + Math.min(size, norm + 2 * share * size + vanished)) + vanished);
  const least = Math.max(0, norm * (1 - 8 * DOUBLE) - inner); // ≤ ‖Ey‖
  const variance = Math.max(0, most - least * least) + 4 * DOUBLE * most;
  return {
    mean: outward(inner + storageError + 8 * DOUBLE * (largest + centerNorm)),
    deviation: outward(Math.sqrt(variance) + storageError),
  };
}
