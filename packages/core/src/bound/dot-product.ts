import { gamma } from "./rounding.js";

/**
 * The factor c of |fl(x·y) − x·y| ≤ c·Σ|x_d y_d| for n terms, added in any order whatever, with fused multiply-adds or
 * without: every product meets at most n roundings, its own and n − 1 additions, so c = γ_n. [Higham2002, Eq. 3.5]
 */
export function dotProductFactor(n: number, u?: number): number {
  return gamma(n, u);
}

/**
 * The same for runs of k terms, each summed in any order, and then the sums of the ⌈n/k⌉ runs in any order: a product meets
 * at most 1 + (k − 1) + (⌈n/k⌉ − 1) roundings, so c = γ_{k + ⌈n/k⌉ − 1}. Runs are lanes, unrolled registers or blocks.
 */
export function blockedDotProductFactor(n: number, k: number, u?: number): number {
  const run = Math.min(n, k);
  return gamma(n === 0 ? 0 : run + Math.ceil(n / run) - 1, u);
}
