import type { Points } from "../points/index.js";

/** Atoms z_i with log-weights log π_i: what a scan reads. */
export interface WeightedAtoms {
  /** [N, D]. */
  readonly points: Points;
  /** [N]. */
  readonly logWeights: Float64Array;
}

/**
 * Logits ℓ_i = log π_i − ‖x − αz_i‖²/(2v) of one query over atoms from, from + 1, …, into `out`; returns the largest.
 * Differences x − αz are formed before squaring: near the data the expanded form would lose every digit. Four atoms are
 * taken at a time, each summed over its coordinates in order, so that additions do not wait for each other.
 */
export function logitsOf(
  { points: { data: z, dim: D }, logWeights }: WeightedAtoms,
  x: Float64Array,
  { alpha, variance }: { readonly alpha: number; readonly variance: number },
  out: Float64Array,
  from = 0,
): number {
  const scale = -0.5 / variance;
  const fours = out.length - (out.length % 4);
  let i = 0;
  for (; i < fours; i += 4) {
    const a = (from + i) * D;
    const b = a + D;
    const c = b + D;
    const e = c + D;
    let p = 0;
    let q = 0;
    let r = 0;
    let s = 0;
    for (let d = 0; d < D; d++) {
      const here = x[d];
      const ra = here - alpha * z[a + d];
      const rb = here - alpha * z[b + d];
      const rc = here - alpha * z[c + d];
      const re = here - alpha * z[e + d];
      p += ra * ra;
      q += rb * rb;
      r += rc * rc;
      s += re * re;
    }
    out[i] = logWeights[from + i] + scale * p;
    out[i + 1] = logWeights[from + i + 1] + scale * q;
    out[i + 2] = logWeights[from + i + 2] + scale * r;
    out[i + 3] = logWeights[from + i + 3] + scale * s;
  }
  for (; i < out.length; i++) {
    let p = 0;
    for (let d = 0, at = (from + i) * D; d < D; d++) {
      const r = x[d] - alpha * z[at + d];
      p += r * r; // not r ** 2, which may round otherwise: equal atoms must tie wherever they stand
    }
    out[i] = logWeights[from + i] + scale * p;
  }
  let top = -Infinity;
  for (let k = 0; k < out.length; k++) if (out[k] > top) top = out[k];
  return top;
}
