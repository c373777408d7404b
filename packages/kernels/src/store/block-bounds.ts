import type { ScanQuery } from "@fluxion/core";
import type { BlockIndex } from "@fluxion/io";

/** What bounds of blocks need to know of the rows beside the index. */
export interface BoundsInput {
  readonly index: BlockIndex;
  /** No less than max ‖z_i‖. */
  readonly norm: number;
  /** How far a row that the bounds are for may lie from the row that is kept: it widens every ball. */
  readonly lost: number;
}

/**
 * Upper bounds U_k ≥ log Σ_{i ∈ block k} exp(ℓ_i) for one query, [K], into `out`: all rows lie within r of the centre c, so
 * that ‖x − αz‖ ≥ ‖x − αc‖ − αr and U = log Σ π_i − max(0, ‖x − αc‖ − αr)²/(2v). Rounded towards larger bounds.
 *
 * A triangle inequality is all there is to it: for isotropic noise in high dimension ‖x − αc‖ is some β√D for every block,
 * and only blocks much smaller than their distances are told apart.
 */
export function blockBounds(
  { index, norm, lost }: BoundsInput,
  x: Float64Array,
  { alpha, variance }: Pick<ScanQuery, "alpha" | "variance">,
  out: Float64Array,
): Float64Array {
  const D = x.length;
  const { centers, radii, logWeights } = index;
  let length = 0;
  for (let d = 0; d < D; d++) length += (x[d] ?? 0) * (x[d] ?? 0);
  // a coordinate x − αc is off by 2u of the larger of both, so that its norm is off by that of both norms together
  const slack = 4 * Number.EPSILON * (Math.sqrt(length) + alpha * norm);
  const shrink = 1 - (D + 8) * Number.EPSILON;
  for (let k = 0, at = 0; k < out.length; k++) {
    let squared = 0;
    for (let d = 0; d < D; d++, at++) {
      const r = (x[d] ?? 0) - alpha * (centers[at] ?? 0);
      squared += r * r;
    }
    const gap = Math.max(0, Math.sqrt(squared) * shrink - alpha * ((radii[k] ?? 0) + lost) * (1 + 4 * Number.EPSILON) - slack);
    const bound = (logWeights[k] ?? 0) - ((gap * gap) / (2 * variance)) * (1 - 8 * Number.EPSILON);
    out[k] = bound;
  }
  return out;
}

/** Blocks from the largest bound to the least, with what all from some place on can weigh. */
export interface RankedBlocks {
  /** Blocks by bound, ties by number, [K]. */
  readonly order: Uint32Array;
  /** Upper bound of log Σ exp(U) over order[j], order[j + 1], …, [K]; −∞ past the end. */
  readonly tails: Float64Array;
}

/** Ranks blocks by their bounds. */
export function rankBlocks(bounds: Float64Array): RankedBlocks {
  const order = Uint32Array.from(bounds, (_, k) => k).sort((p, q) => (bounds[q] ?? 0) - (bounds[p] ?? 0) || p - q);
  const tails = new Float64Array(bounds.length);
  let [top, mass] = [-Infinity, 0];
  const enlarge = Math.log1p(4 * bounds.length * Number.EPSILON); // of a sum of so many exponentials
  for (let j = order.length - 1; j >= 0; j--) {
    const bound = bounds[order[j] ?? 0] ?? -Infinity;
    if (bound > top) {
      mass = top === -Infinity ? 1 : mass * Math.exp(top - bound) + 1; // bounds rise towards the front
      top = bound;
    } else if (bound > -Infinity) mass += Math.exp(bound - top);
    tails[j] = top === -Infinity ? -Infinity : top + Math.log(mass) + enlarge;
  }
  return { order, tails };
}
