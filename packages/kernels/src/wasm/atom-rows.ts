import type { WeightedAtoms } from "@fluxion/core";
import type { BoundAtoms } from "../bind/index.js";

/** Atoms that can be had in double precision, some at a time. */
export interface AtomRows {
  /** N. */
  readonly size: number;
  /** D. */
  readonly dim: number;
  /** log π_i, [N]. */
  readonly logWeights: Float64Array;
  /** Atoms [from, to), [to − from, D]; not to be written to. */
  readonly rows: (from: number, to: number) => Float64Array;
}

/** Atoms that are held in double precision. */
export function givenRows({ points: { data, size, dim }, logWeights }: WeightedAtoms): AtomRows {
  return { size, dim, logWeights, rows: (from, to) => data.subarray(from * dim, to * dim) };
}

/** Atoms as they are stored, c + y_i, formed when they are asked for: all of them at once would be twice the storage. */
export function storedRows({ center, stored, size, dim, logWeights }: BoundAtoms): AtomRows {
  return {
    size,
    dim,
    logWeights,
    rows(from, to) {
      const out = new Float64Array((to - from) * dim);
      for (let at = 0, y = from * dim; at < out.length; ) {
        for (let d = 0; d < dim; d++, at++, y++) out[at] = (center[d] ?? 0) + (stored[y] ?? 0);
      }
      return out;
    },
  };
}
