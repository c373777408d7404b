import type { BoundAtoms } from "./bound-atoms.js";
import { centreRows } from "./centre-rows.js";

/** Options of `bindFloats`. */
export interface BindFloatsOptions {
  /** log π_i, [N]. @defaultValue equal weights */
  readonly logWeights?: Float64Array;
  /**
   * Where the centred rows are put, [N, D]; the rows themselves, so that no second copy is ever made and the caller's numbers
   * are overwritten. @defaultValue a new array
   */
  readonly into?: Float32Array;
}

/**
 * Binds rows that are float32 already, [N, D] row-major, and never holds them in float64: 4 bytes a coordinate and 16 an atom.
 * Rows that repeat stay atoms of their own. What centring rounds off is in `storageError`.
 * @throws RangeError for a length that is no positive multiple of dim, weights or room of another size, or values whose
 * squared distance to their mean is not finite.
 */
export function bindFloats(rows: Float32Array, dim: number, options: BindFloatsOptions = {}): BoundAtoms {
  const size = rows.length / dim;
  if (!(Number.isInteger(dim) && dim > 0 && Number.isInteger(size) && size > 0)) {
    throw new RangeError(`Cannot bind rows: there are ${rows.length} numbers for dim ${dim}; expected a positive multiple of it`);
  }
  const { logWeights = new Float64Array(size).fill(-Math.log(size)), into = new Float32Array(rows.length) } = options;
  for (const [what, found, wanted] of [
    ["weights", logWeights.length, size],
    ["numbers of room", into.length, rows.length],
  ] as const) {
    if (found !== wanted) throw new RangeError(`Cannot bind rows: there are ${found} ${what}; expected ${wanted}`);
  }
  const bound = { ...centreRows(rows, dim, logWeights, into), logWeights };
  const at = bound.halfNorms.findIndex((half) => !Number.isFinite(half));
  if (at >= 0) {
    throw new RangeError(`Cannot bind rows: row ${at} is ${bound.halfNorms[at]} from the mean, squared; expected finite numbers`);
  }
  return bound;
}
