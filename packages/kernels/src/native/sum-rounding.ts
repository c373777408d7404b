/**
 * How far the sums of the graphs are from those of the weights that they mean. With u the unit roundoff of the sums, γ_n of u,
 * n atoms a chunk, Y no less than every ‖y_i‖, L no less than every |ℓ|, and weights ŵ_i = p_i over the p of the largest logit:
 *
 *     a weight, in nats     2u|ℓ − top| for the difference, 12u for exp and the two divisions
 *     chunks, in nats       their masses Σp join them: 2γ_S
 *     mean                  γ_P Y for Σpy with P roundings a product, γ_S Y for Σp, ‖e_i‖, the float64 host
 *     mass, Σŵ², Σŵ(ℓ − top)   γ_S + γ_{70}
 *     Σŵ(ℓ − top)           an absolute error: γ_S(L + |top|) for Σpℓ and top·Σp, whose terms need not be small; in nats of the
 *                           logits where it is small beside what those are off by, else relative to the sum
 *     spread                4(γ_S + γ_{P+2})Y² against tr Cov, since it is 2Σŵ‖y‖²/2 − ‖Σŵy‖²
 *
 * S = 68 where runs of 64 weights are summed in any order and joined in float64, S = P where the sums come from the product
 * itself, or Σp is taken to be the 1 that softmax divides by. In the last case Σŵ² and Σŵ(ℓ − top) are not made. P ≤ n + 1 in any order. Weights that count lie within `REACH` nats of the largest.
 */
import { gamma, outward, type ScanError, type ScanQuery, unitRoundoff } from "@fluxion/core";
import type { AtomTable } from "./atom-table.js";
import type { PassResult } from "./pass.js";
import { RUN, SMALLEST_SHARE, type SumColumns } from "./scan-graph.js";

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
  readonly columns: SumColumns;
  /** n. */
  readonly atoms: number;
  /** P. */
  readonly depth: number;
  /** ‖c‖. */
  readonly centerNorm: number;
}

/** Errors of the sums of a pass, whose logits still lack their common term. */
export function sumRounding(
  { dense, delta, sizes }: Pick<PassResult, "dense" | "delta" | "sizes">,
  query: Pick<ScanQuery, "spread">,
  { logitTable, sumTable, columns, atoms, depth, centerNorm }: SumSizes,
): ScanError {
  const { format, norm, storageError } = sumTable;
  const size = logitTable.halfNorms.length;
  const fits = norm >= NORMS[format][0] && norm <= NORMS[format][1];
  const host = 16 * Math.ceil(size / atoms) * DOUBLE;
  const u = unitRoundoff[format];
  const reach = REACH[format];
  const joint = columns === "joint";
  const means = columns === "means";
  const simple = gamma(joint || means ? depth + 2 : RUN + 4, u);
  const product = gamma(depth, u);
  const join = 2 * simple + (2 * reach + EXP_ROUNDINGS + 4) * u + host;
  const mean = (product + simple) * (1 + product) * norm + storageError + 2 * host * (norm + centerNorm) + atoms * 2 ** -126;
  const variance = norm * norm * (4 * simple + 4 * gamma(depth + 2, u) + host);
  const lost = format === "float32" ? atoms * SMALLEST_SHARE : size * Math.exp(-reach);
  const mass = delta.map((_, b) => {
    const spread = (dense.spread[b] ?? 0) / (dense.mass[b] ?? 0);
    return simple + gamma(RUN + 6, u) + host + (query.spread ? variance / spread : 0);
  });
  const logit = delta.map((error, b) => {
    const top = Math.abs(dense.top[b] ?? 0);
    const absolute = joint ? (sizes[b] ?? Infinity) + top : 2 * (top + reach); // of Σpℓ, and of top·Σp that is taken off
    const cross = simple * (!joint && logitTable.format !== format ? reach : absolute);
    const gap = -(dense.logitSum[b] ?? 0) / (dense.mass[b] ?? 0);
    const own = error + join + 64 * DOUBLE * (top + reach);
    if (means) return outward(own);
    if (cross <= own / 4 || !(gap > 0)) return outward(own + cross);
    mass[b] = (mass[b] ?? 0) + (2 * cross) / gap;
    return outward(own);
  });
  return {
    logit,
    shift: new Float64Array(delta.length),
    mean: new Float64Array(delta.length).fill(fits ? outward(mean) : Infinity),
    mass: mass.map(outward),
    skipped: delta.map((error) => Math.min(1, outward(lost * Math.exp(2 * error)))),
  };
}
