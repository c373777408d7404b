/**
 * Errors of scans in single precision of centred atoms, z_i = c + y_i + e_i with ‖e_i‖ ≤ e and ‖y_i‖ ≤ Y, at x' = x − αc rounded to x̂.
 * With u = 2⁻²⁴ the unit roundoff of float32, γ_n that of n roundings, and γ' the same for float64:
 *
 * Logits, (E6). What is computed, (α/v)·fl(x̂·y) + (log π − (α²/v)‖y‖²/2), is the logit up to −‖x̂‖²/(2v), common to all, and
 *
 *     δ = (α/v)·[ Y‖x' − x̂‖ + (‖x'‖ + αY)e + αe²/2 + γ₃₄‖x̂‖Y + D·2⁻¹⁴⁹ ] + γ'_{D+24}·S + γ'_4·‖x̂‖²/(2v) + 2⁻²²,
 *
 * S = (α/v)(‖x̂‖ + αY)Y + max|log π|, no less than any part of a logit but the common one, which is added last.
 *
 * A product of a run of at most 32 in a lane meets its own rounding, 31 additions and the two that join four lanes: γ₃₄, with
 * fused operations or without. Runs are added in double precision: ⌈D/112⌉ ≤ D additions. By Cauchy's inequality Σ|x_d y_d| ≤ ‖x̂‖Y.
 * Storage moves −‖x − αz‖²/(2v) by (α/v)|(x' − αy)·e − α‖e‖²/2|. exp has relative error below 2⁻²². Rescaling a row to a larger
 * top costs one exp of double precision, at most once a tile, and merging a shard another: γ' of N/16 + 1024 more, the additions of a mass included.
 *
 * Mean. Weighted sums of at most 64 products in single precision, each meeting at most 64 roundings, then double precision:
 * (γ₆₄ + γ'_{N/16+1024})Y, and Σλ‖e‖ ≤ e.
 *
 * Left out. N weights at most e^−cut of the largest, by computed logits: N·e^{−cut + 2δ}.
 */
import { gamma, outward, type ScanError, type ScanQuery, smallestNumber, unitRoundoff } from "@fluxion/core";
import type { BoundAtoms } from "../bind/index.js";
import type { FloatQueries } from "./float-queries.js";

const U32 = unitRoundoff.float32;
/** Roundings of a product on its way into a dot product, and of one on its way into a weighted sum, in single precision. */
const DOT = 34;
const SUM = 64;
/** Relative error of exp in single precision. */
export const EXP: number = 2 ** -22;
/** Rows whose products could leave the range of floats are left to double precision. */
const LARGEST = 2 ** 120;

const lengthOf = (v: Float64Array): number =>
  outward(Math.sqrt(v.reduce((sum, c) => sum + c * c, 0)) * (1 + v.length * 2 ** -52));

/** What bound atoms mean for errors: their longest vectors, log-weights and how many they are. */
export interface FloatReach extends Pick<BoundAtoms, "size" | "dim" | "center" | "radius" | "storageError"> {
  /** max |log π_i| of atoms with weight. */
  readonly logWeight: number;
}

/** By how much the logits of stored atoms may differ from those of the true ones, beyond what is common to all. */
export function storageNats(
  { radius, storageError: e }: FloatReach,
  { alpha, variance }: Pick<ScanQuery, "alpha" | "variance">,
  length: number,
): number {
  const a = Math.abs(alpha);
  return outward((a / variance) * ((length + a * (radius + e)) * e + (a * e * e) / 2));
}

/** Error bounds of a scan by rows of floats that cut at `cut`, for every query; ∞ where floats cannot hold it. */
export function floatError(
  reach: FloatReach,
  { length, lost, shift }: FloatQueries,
  query: Pick<ScanQuery, "alpha" | "variance">,
  cut: number,
): ScanError {
  const { size, dim, radius, storageError } = reach;
  const Y = radius + storageError;
  const rate = Math.abs(query.alpha) / query.variance;
  const small = smallestNumber.float32;
  const sums = gamma(Math.ceil(size / 16) + 1024);
  const merges = 8 * unitRoundoff.float64 * (lengthOf(reach.center) + Y) * (2 + Math.ceil(size / 512));
  const mean = outward((gamma(SUM, U32) + sums) * Y + storageError + merges + Math.sqrt(dim) * size * small);
  const B = length.length;
  const error = {
    logit: new Float64Array(B),
    shift: new Float64Array(B),
    mean: new Float64Array(B).fill(mean),
    mass: new Float64Array(B).fill(sums),
    skipped: new Float64Array(B),
  };
  for (let b = 0; b < B; b++) {
    const [x = Infinity, gap = Infinity, common = 0] = [length[b], lost[b], shift[b]];
    const scale = rate * (x + gap + Math.abs(query.alpha) * Y) * Y + reach.logWeight;
    const single = rate * (Y * gap + gamma(DOT, U32) * x * Y + dim * small) + storageNats(reach, query, x + gap);
    const delta = single + gamma(dim + 24) * scale + gamma(4) * Math.abs(common) + EXP + 2 * sums;
    error.logit[b] = x * Y < LARGEST && x < LARGEST && Y < LARGEST ? outward(delta) : Infinity;
    error.shift[b] = outward(((2 * x + gap) * gap) / (2 * query.variance) + gamma(dim + 16) * (Math.abs(common) + scale));
    error.skipped[b] = Math.min(1, outward(size * Math.exp(2 * delta - cut)));
  }
  return error;
}
