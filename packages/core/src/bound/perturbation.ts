/**
 * What wrong logits do to a posterior, (E2). Weights λ̂ ∝ e^ℓ̂ are at hand and λ ∝ e^ℓ wanted, with |ℓ̂_i − ℓ_i − c| ≤ δ for one
 * unknown c: λ_i = ρ_i λ̂_i with ρ_i = e^{−d_i}/Σλ̂_j e^{−d_j}, |d_i| ≤ δ, so that e^{−2δ} ≤ ρ_i ≤ e^{2δ} and Σλ̂_i ρ_i = 1. Let
 * p be the largest weight λ̂ and q = 1 − p the rest. Every function here grows in δ and in q: upper bounds may stand for
 * both, and where nothing is known of q, 1 may.
 */
import { outward } from "./rounding.js";

/** Beyond this the bounds are 1 in float64 and e^{2δ} is about to overflow. */
const HOPELESS = 300;

/**
 * Σ|λ_i − λ̂_i|/2 ≤ max_{a ≤ logit q} [σ(a + 2δ) − σ(a)], at most tanh(δ/2).
 *
 * Proof. For a set A with λ̂(A) = σ(a), the odds of λ(A) are those of λ̂(A) times a ratio of averages of e^{−d}, which lies in
 * [e^{−2δ}, e^{2δ}]. The total variation is the largest λ(A) − λ̂(A). Where A leaves out the largest weight, a ≤ logit q and
 * λ(A) − λ̂(A) ≤ σ(a + 2δ) − σ(a). Otherwise its complement leaves it out and loses as much: at most σ(a) − σ(a − 2δ) with
 * a ≤ logit q, which is the first form at a − 2δ. The difference grows up to a = −δ, where it is tanh(δ/2). With q below
 * σ(−δ) it is q(1 − q)E/(1 + qE), E = e^{2δ} − 1. ∎
 */
export function perturbedVariation(delta: number, rest = 1): number {
  if (delta === 0 || rest === 0) return 0;
  if (!(delta < HOPELESS)) return 1;
  const free = outward(Math.tanh(delta / 2));
  if (!(rest * (1 + Math.exp(delta)) < 1)) return Math.min(1, free);
  const odds = Math.expm1(2 * delta);
  return Math.min(1, free, outward((rest * (1 - rest) * odds) / (1 + rest * odds)));
}

/**
 * |λ_i − λ̂_i| for every i, where the largest of the weights λ̂ is p ≤ `largest` and the others are together at most `rest`: the
 * set A above has one member, so a ≤ logit min(p, q) or A is the top alone, whose complement has a = logit q.
 */
export function perturbedWeight(delta: number, { largest, rest }: { readonly largest: number; readonly rest: number }): number {
  return perturbedVariation(delta, largest < 0.5 ? Math.min(largest, rest) : rest);
}

/** What is known of weighted points besides their largest weight. */
export interface PointSpread {
  /** q: the weights other than the largest, together. */
  readonly rest: number;
  /** max ‖z_i − c‖ about some c. */
  readonly radius: number;
  /** √(tr Cov_λ̂ z), where known. */
  readonly deviation?: number;
  /** √Σλ̂_i δ_i², where every logit has a bound δ_i ≤ δ of its own. */
  readonly typical?: number;
}

/**
 * ‖Σλ_i z_i − Σλ̂_i z_i‖, the least of four bounds, V = tr Cov_λ̂ z:
 *
 *     2r·TV;   sinh(δ)·√V;   e^{2δ}·√(Σλ̂_i δ_i²)·√V;   (e^{2δ} − 1)·√(qV/(1 − q))
 *
 * Proof. (1) The positive and the negative part of λ − λ̂ have mass TV each, and their averages lie in a ball of radius r.
 * (2) The difference is Cov_λ̂(ρ, z), at most sd(ρ)·√V by Cauchy and Schwarz along every direction. For X in [m, M],
 * Var X ≤ (M − EX)(EX − m), and that divided by (EX)² is at most (M − m)²/(4mM), here sinh²δ. (3) Also sd(ρ) is at most
 * √E(e^{−d} − 1)²/E e^{−d}, with |e^{−d_i} − 1| ≤ δ_i e^δ and E e^{−d} ≥ e^{−δ}. (4) With z₁ the point of the
 * largest weight, the difference is Σ_{i≠1}(ρ_i − 1)λ̂_i(z_i − z₁), at most (e^{2δ} − 1)A with A = Σ_{i≠1}λ̂_i‖z_i − z₁‖;
 * A² ≤ q·Σλ̂_i‖z_i − z₁‖² = q(V + ‖μ̂ − z₁‖²) ≤ q(V + A²), so A² ≤ qV/(1 − q). ∎
 */
export function perturbedMean(delta: number, { rest, radius, deviation = Infinity, typical = Infinity }: PointSpread): number {
  if (delta === 0 || rest === 0 || deviation === 0) return 0;
  const byVariation = outward(2 * radius * perturbedVariation(delta, rest));
  if (!(deviation < Infinity) || !(delta < HOPELESS)) return byVariation;
  const byCovariance = outward(Math.min(Math.sinh(delta), Math.exp(2 * delta) * typical) * deviation);
  const byTop = rest < 1 ? outward(Math.expm1(2 * delta) * Math.sqrt(rest / (1 - rest)) * deviation) : Infinity;
  return Math.min(byVariation, byCovariance, byTop);
}

/**
 * |tr Cov_λ z − tr Cov_λ̂ z| ≤ min((e^{2δ} − 1)V, 4r²·TV + ‖δμ‖²), with V ≤ `deviation`².
 *
 * Proof. V_λ = min_a E_λ‖z − a‖² ≤ E_λ‖z − μ̂‖² = Σρ_iλ̂_i‖z_i − μ̂‖² ≤ e^{2δ}V, and the same with λ and λ̂ exchanged, which gives
 * V − V_λ ≤ (1 − e^{−2δ})V. Also E_λ f − E_λ̂ f ≤ TV·(max f − min f), 0 ≤ f = ‖z − μ̂‖² ≤ 4r², and V_λ = E_λ f − ‖μ − μ̂‖². ∎
 */
export function perturbedTrace(delta: number, { rest, radius, deviation = Infinity }: PointSpread): number {
  if (delta === 0 || rest === 0 || deviation === 0) return 0;
  const mean = perturbedMean(delta, { rest, radius, deviation });
  const byVariation = outward(4 * radius * radius * perturbedVariation(delta, rest) + mean * mean);
  if (!(deviation < Infinity) || !(delta < HOPELESS)) return byVariation;
  return Math.min(byVariation, outward(Math.expm1(2 * delta) * deviation * deviation));
}
