/**
 * How far the sums of the graphs are from those of the weights that they mean. With u the unit roundoff of the sums, γ_n of u,
 * n atoms a chunk, Y no less than every ‖y_i‖, and weights ŵ_i = p_i/max p:
 *
 *     a weight, in nats     2u|ℓ − top| for the difference, 12u for exp and the two divisions
 *     chunks, in nats       their masses join them, each off by γ_{68}: 2γ_{68}
 *     Σŵℓ, in nats          γ_{68}·max|ℓ|, as its terms need not be small
 *     mean                  γ_P Y for Σpy with P roundings a product, γ_{68}Y for Σp, ‖e_i‖, the float64 host
 *     mass, Σŵ², Σŵℓ        γ_{70}
 *     spread                (4γ_{68} + 4γ_{P+2})Y² against tr Cov, since it is 2Σŵ‖y‖²/2 − ‖Σŵy‖²
 *
 * P ≤ n + 1 in any order; runs of 64 weights are summed in any order and joined in float64. Weights that count lie within
 * `REACH` nats of the largest.
 */
import { gamma, outward, type ScanError, type ScanQuery, type ScanState, unitRoundoff } from "@fluxion/core";
import type { AtomTable } from "./atom-table.js";
import { RUN, SMALLEST_SHARE } from "./scan-graph.js";

const DOUBLE = unitRoundoff.float64;
/** Nats below the top of a chunk beyond which weights are zero, or too small in sum to matter. */
const REACH = { float32: 42, float64: 100 };
/** Norms whose squares, and products with the smallest weights, neither over- nor underflow. */
const NORMS = { float32: [1e-12, 1e15], float64: [1e-140, 1e140] } as const;
/** Relative error of the exponential of the graphs, in units of roundoff: 4 ulps. */
export const EXP_ROUNDINGS = 8;

/** What the bounds need besides the state. */
export interface SumSizes {
  readonly logitTable: AtomTable;
  readonly sumTable: AtomTable;
  /** n. */
  readonly atoms: number;
  /** P. */
  readonly depth: number;
  /** ‖c‖. */
  readonly centerNorm: number;
}

/** Errors of the sums in `dense`, which still lacks the common term of its logits, from the bounds `delta` of the logits. */
export function sumRounding(
  dense: ScanState,
  delta: Float64Array,
  query: Pick<ScanQuery, "spread">,
  { logitTable, sumTable, atoms, depth, centerNorm }: SumSizes,
): ScanError {
  const { format, norm, storageError } = sumTable;
  const size = logitTable.halfNorms.length;
  const fits = norm >= NORMS[format][0] && norm <= NORMS[format][1];
  const chunks = Math.ceil(size / atoms);
  const u = unitRoundoff[format];
  const reach = REACH[format];
  const run = gamma(RUN + 4, u);
  const join = 2 * run + (2 * reach + EXP_ROUNDINGS + 4) * u + 16 * chunks * DOUBLE;
  const product = gamma(depth, u);
  const mean = outward(
    (product + run) * (1 + product) * norm + storageError + (16 * chunks + 4) * DOUBLE * (norm + centerNorm) + atoms * 2 ** -126,
  );
  const mass = outward(gamma(RUN + 6, u) + 16 * chunks * DOUBLE);
  const variance = norm * norm * (4 * run + 4 * gamma(depth + 2, u) + 16 * chunks * DOUBLE);
  const lost = format === "float32" ? atoms * SMALLEST_SHARE : size * Math.exp(-reach);
  const relative = logitTable.format !== format;
  return {
    logit: delta.map((error, b) => {
      const largest = relative ? reach : Math.abs(dense.top[b] ?? 0) + 2 * reach;
      return outward(error + join + run * largest + 64 * DOUBLE * (Math.abs(dense.top[b] ?? 0) + reach));
    }),
    shift: new Float64Array(delta.length),
    mean: new Float64Array(delta.length).fill(fits ? mean : Infinity),
    mass: delta.map((_, b) => {
      const spread = (dense.spread[b] ?? 0) / (dense.mass[b] ?? 0);
      return query.spread ? outward(mass + variance / spread) : mass;
    }),
    skipped: delta.map((error) => Math.min(1, outward(lost * Math.exp(2 * error)))),
  };
}
