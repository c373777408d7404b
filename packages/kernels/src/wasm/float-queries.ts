import { outward, type Points, points, row, type ScanQuery, unitRoundoff } from "@fluxion/core";
import type { BoundAtoms } from "../bind/index.js";

/** Queries as kernels of single precision read them, with what is known of each. */
export interface FloatQueries {
  /** x' = x − αc rounded to floats, [B, D]. */
  readonly rows: Points;
  /** ‖x'‖ of the rounded rows, no less, [B]. */
  readonly length: Float64Array;
  /** How far the rounded x' may be from the true one, [B]. */
  readonly lost: Float64Array;
  /** −‖x'‖²/(2v), what the kernels leave out of every logit, [B]. */
  readonly shift: Float64Array;
}

/** Centres queries as the atoms are, and rounds them. `center` is c. */
export function floatQueries(
  { center }: Pick<BoundAtoms, "center">,
  x: Points,
  { alpha, variance }: Pick<ScanQuery, "alpha" | "variance">,
): FloatQueries {
  const { size, dim } = x;
  const out = {
    rows: points(new Float64Array(size * dim), dim),
    length: new Float64Array(size),
    lost: new Float64Array(size),
    shift: new Float64Array(size),
  };
  const single = new Float32Array(1);
  for (let b = 0; b < size; b++) {
    let [squared, missing, parts] = [0, 0, 0];
    for (const [d, coordinate] of row(x, b).entries()) {
      const moved = alpha * (center[d] ?? 0);
      const centred = coordinate - moved;
      single[0] = centred;
      const kept = single[0] ?? 0;
      out.rows.data[b * dim + d] = kept;
      squared += kept * kept;
      missing += (centred - kept) * (centred - kept);
      parts += coordinate * coordinate + moved * moved;
    }
    out.length[b] = grown(Math.sqrt(squared), dim);
    // αc and x − αc are rounded in double precision, each by at most u of its operands
    out.lost[b] = grown(Math.sqrt(missing) + 4 * unitRoundoff.float64 * Math.sqrt(parts), dim);
    out.shift[b] = (-0.5 / variance) * squared;
  }
  return out;
}

/** A square root of a sum of n squares, enlarged by its rounding. */
const grown = (length: number, n: number): number => outward(length * (1 + (n + 8) * unitRoundoff.float64));
