import { outward } from "./rounding.js";

/** One cluster of atoms of which only bounds of its weights w_i = π_i e_i are known; Π its prior weight, Σπ_i. */
export interface NodeMass {
  /** L = Π·(a lower bound of e_i over the node), ≥ 0. */
  readonly lower: number;
  /** U = Π·(an upper bound of e_i over the node). */
  readonly upper: number;
  /** No less than ‖m_k − μ̂‖, m_k the mean of the node under the prior weights. */
  readonly distance: number;
  /** No less than max ‖z_i − m_k‖ over the node. */
  readonly radius: number;
}

/**
 * ‖μ̂ − μ‖ ≤ Σ_k Δ_k(‖m_k − μ̂‖ + r_k)/Σ_k L_k for μ̂ = Σ_k Ŵ_k m_k/Σ_k Ŵ_k, Ŵ = (L + U)/2, Δ = (U − L)/2, (E3). Refine the node with
 * the largest term.
 *
 * Proof. Σ_k Ŵ_k(m_k − μ̂) = 0, so W(μ − μ̂) = Σ_k Σ_{i∈k} w_i(z_i − μ̂) = Σ_k(W_k − Ŵ_k)(m_k − μ̂) + Σ_k Σ_{i∈k} π_i(e_i − ē_k)(z_i − m_k)
 * with ē_k = Ŵ_k/Π_k, since Σ_{i∈k}π_i(z_i − m_k) = 0. |W_k − Ŵ_k| ≤ Δ_k and π_i|e_i − ē_k| ≤ π_iΔ_k/Π_k. ∎
 */
export function nodeMean(nodes: Iterable<NodeMass>): number {
  let [numerator, denominator, count] = [0, 0, 0];
  for (const { lower, upper, distance, radius } of nodes) {
    numerator += ((upper - lower) / 2) * (distance + radius);
    denominator += lower;
    count++;
  }
  if (numerator === 0) return 0;
  return denominator > 0 ? outward((numerator / denominator) * (1 + 2 * count * Number.EPSILON)) : Infinity;
}
