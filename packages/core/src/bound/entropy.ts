import { outward } from "./rounding.js";

/** h(τ) = −τ log τ − (1 − τ) log(1 − τ), nats; log 2, its maximum, from ½ on, so that it grows in τ. */
export function binaryEntropy(share: number): number {
  if (share === 0) return 0;
  if (!(share < 0.5)) return outward(Math.LN2);
  return outward(-share * Math.log(share) - (1 - share) * Math.log1p(-share));
}

/**
 * |H(p) − H(q)| ≤ T log(N − 1) + h(T) for two distributions on N points at total variation T, and log N in any case: sharp.
 * [Zhang2007]
 */
export function entropyContinuity(variation: number, size: number): number {
  if (variation === 0 || size < 2) return 0;
  if (variation >= 1 - 1 / size) return outward(Math.log(size));
  return Math.min(outward(Math.log(size)), outward(variation * Math.log(size - 1) + binaryEntropy(variation)));
}

/**
 * |H(λ) − H(λ̂)| for logits off by at most δ, from L = Σλ̂_i(max ℓ̂ − ℓ̂_i), which a scan knows: at most
 * (e^{2δ} − 1)L + 2 log cosh δ. It is small for a concentrated posterior, where L is.
 *
 * Proof. With λ_i = ρ_iλ̂_i, H(λ) − H(λ̂) = Σ(1 − ρ_i)λ̂_i log λ̂_i − KL(λ‖λ̂). As Σ(1 − ρ_i)λ̂_i = 0, the largest log λ̂ may be
 * subtracted: the first sum is at most max|1 − ρ_i|·L. And KL ≤ log Σλ̂_iρ_i² ≤ log(1 + sinh²δ), the variance of ρ being at
 * most sinh²δ. ∎
 */
export function perturbedEntropy(delta: number, logitGap: number): number {
  if (delta === 0) return 0;
  if (!(delta < 300)) return Infinity;
  return outward(Math.expm1(2 * delta) * logitGap + Math.log1p(Math.sinh(delta) ** 2));
}

/**
 * |H(λ) − H(λ_K)| ≤ τ log N + h(τ) for a share τ left out of N points: H(λ) = (1 − τ)H(λ_K) + τH(λ_R) + h(τ), and either entropy is
 * at most log N.
 */
export function truncatedEntropy(share: number, size: number): number {
  return share === 0 ? 0 : outward(share * Math.log(size) + binaryEntropy(share));
}
