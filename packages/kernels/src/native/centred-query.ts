import { outward, type Points, type ScanQuery, unitRoundoff } from "@fluxion/core";
import type { BoundAtoms } from "../bind/index.js";

const U = unitRoundoff.float64;

/**
 * Queries relative to the centre of the atoms, x' = x − αc: with z = c + y,
 *
 *     −‖x − αz‖²/2v = (α/v) x'·y − (α²/v)‖y‖²/2 − ‖x'‖²/2v
 *
 * whose last term is common to all atoms.
 */
export interface CentredQuery {
  /** (α/v) x', [B, D]. */
  readonly slopes: Float64Array;
  /** No less than ‖(α/v) x'‖, [B]. */
  readonly steepness: Float64Array;
  /** No less than ‖x'‖, [B]. */
  readonly distance: Float64Array;
  /** −‖x'‖²/2v, [B]. */
  readonly common: Float64Array;
  /** Bound of the error of `common`, nats, [B]. */
  readonly commonError: Float64Array;
  /** Bound of the error of x' as it was rounded, in the units of x, [B]. */
  readonly offset: Float64Array;
}

/** Centres queries x, [B, D], in float64. */
export function centreQuery(x: Points, { alpha, variance }: ScanQuery, { center }: Pick<BoundAtoms, "center">): CentredQuery {
  const { size, dim } = x;
  const out: CentredQuery = {
    slopes: new Float64Array(size * dim),
    steepness: new Float64Array(size),
    distance: new Float64Array(size),
    common: new Float64Array(size),
    commonError: new Float64Array(size),
    offset: new Float64Array(size),
  };
  const rate = alpha / variance;
  const centerNorm = outward(Math.sqrt(center.reduce((sum, c) => sum + c * c, 0)) * (1 + dim * U));
  for (let b = 0, at = 0; b < size; b++) {
    let squared = 0;
    for (let d = 0; d < dim; d++, at++) {
      const moved = (x.data[at] ?? 0) - alpha * (center[d] ?? 0);
      out.slopes[at] = rate * moved;
      squared += moved * moved;
    }
    const distance = outward(Math.sqrt(squared) * (1 + (dim + 2) * U));
    out.distance[b] = distance;
    out.steepness[b] = outward(Math.abs(rate) * distance);
    out.common[b] = (-0.5 / variance) * squared;
    // rounding of αc and of the difference; then of D squares and their sum, and of the scale
    const offset = outward(U * (2 * Math.abs(alpha) * centerNorm + 2 * distance));
    out.offset[b] = offset;
    out.commonError[b] = outward(
      ((dim + 4) * U * distance * distance + 2 * offset * distance + offset * offset) / (2 * variance),
    );
  }
  return out;
}
