/**
 * What atoms that were left out do to a posterior, (E1). Let τ = λ(R) be their share of the true mass and λ_K, λ_R the
 * posterior given that z is kept or left out: λ = (1 − τ)λ_K + τλ_R.
 */
import { outward } from "./rounding.js";

/**
 * τ ≤ R̄/(Z + R̄) from an upper bound R̄ of the mass that was left out and a lower bound Z of the mass that was kept: the share
 * R/(Z + R) grows in R and falls in Z.
 */
export function truncatedShare(kept: number, leftOut: number): number {
  if (leftOut === 0) return 0;
  return leftOut < Infinity ? Math.min(1, outward(leftOut / (kept + leftOut))) : 1;
}

/** ‖μ − μ_K‖ = τ‖μ_R − μ_K‖ ≤ 2rτ, both in a ball of radius r. The total variation of λ and λ_K is τ itself. */
export function truncatedMean(share: number, radius: number): number {
  return share === 0 ? 0 : outward(2 * radius * share);
}

/**
 * |tr Cov_λ − tr Cov_λK| ≤ 4r²τ: tr Cov_λ is (1 − τ)V_K + τV_R + τ(1 − τ)‖μ_R − μ_K‖², no less than (1 − τ)V_K and, since
 * V_R + ‖μ_R − μ_K‖² = E_R‖z − μ_K‖² ≤ 4r², no more than V_K + 4r²τ; and V_K ≤ r².
 */
export function truncatedTrace(share: number, radius: number): number {
  return share === 0 ? 0 : outward(4 * radius * radius * share);
}

/** log Z − log Z_K = −log(1 − τ), nats. */
export function truncatedLogMass(share: number): number {
  if (share === 0) return 0;
  return share < 1 ? outward(-Math.log1p(-share)) : Infinity;
}
