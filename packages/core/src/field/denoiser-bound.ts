import { outward, unitRoundoff } from "../bound/index.js";
import { type Points, row } from "../points/index.js";
import { lengthOf } from "./length-of.js";
import type { SmoothedQuery } from "./smoothed-query.js";

const U = unitRoundoff.float64;

/**
 * Error bounds of the denoiser μ = (β²/v)m + κx, κ = αh²/v, computed as m + κ(x − αm), from those of the mean m over atoms,
 * [B]. Without smoothing κ = 0 and they are the same. Otherwise rounding adds κ(u‖αm‖ + 9u‖x − αm‖) + u‖μ‖: one rounding of αm,
 * one of the difference, six of κ with its v, two of product and sum.
 */
export function denoiserBound(
  mean: Float64Array,
  { denoiser, scaledNoise }: { readonly denoiser: Points; readonly scaledNoise: Points },
  x: Points,
  { alpha, beta, variance, bandwidth }: Pick<SmoothedQuery, "alpha" | "beta" | "variance" | "bandwidth">,
): Float64Array {
  if (bandwidth === 0) return mean;
  const kappa = (alpha * bandwidth * bandwidth) / variance;
  return mean.map((error, b) => {
    const residual = variance * lengthOf(row(scaledNoise, b)); // ‖x − αm‖
    const signal = lengthOf(row(x, b)) + residual; // ≥ ‖αm‖
    const rounding = U * (kappa * (signal + 9 * residual) + lengthOf(row(denoiser, b)));
    return outward(((beta * beta) / variance) * error + rounding * (1 + 1e-6));
  });
}
