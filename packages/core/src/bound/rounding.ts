/** The formats that kernels compute in. */
export type FloatFormat = "float64" | "float32" | "float16";

/** Unit roundoff u: fl(a ∘ b) = (a ∘ b)(1 + ε) with |ε| ≤ u, where nothing over- or underflows. [Higham2002, §2.2] */
export const unitRoundoff: Readonly<Record<FloatFormat, number>> = { float64: 2 ** -53, float32: 2 ** -24, float16: 2 ** -11 };

/**
 * The smallest positive number: where a product underflows gradually, fl(ab) = ab + η with |η| at most half of this. A device
 * that flushes to zero loses up to the smallest normal number, 2/u times as much.
 */
export const smallestNumber: Readonly<Record<FloatFormat, number>> = {
  float64: 2 ** -1074,
  float32: 2 ** -149,
  float16: 2 ** -24,
};

/**
 * γ_n = nu/(1 − nu), never below it by its own rounding: (1 + ε₁)^±1⋯(1 + ε_n)^±1 = 1 + θ with |θ| ≤ γ_n for |ε_k| ≤ u, and
 * γ_m + γ_n + γ_m γ_n ≤ γ_{m+n}. Infinite from nu = 1 on, where nothing is promised. [Higham2002, Lemma 3.1, Lemma 3.3]
 */
export function gamma(n: number, u: number = unitRoundoff.float64): number {
  const share = n * u;
  return share < 1 ? outward(share / (1 - share)) : Infinity;
}

/**
 * A computed bound, enlarged by 16 ulps and the smallest number: no less than the bound in exact arithmetic, if the formula
 * adds, multiplies and divides positive numbers and takes elementary functions of the engine, all relative errors together
 * at most 30u. A function of `Math` is taken to be within 2 ulps (4u); those of V8, SpiderMonkey and JavaScriptCore, which
 * descend from fdlibm, state less than one.
 */
export function outward(bound: number): number {
  return bound * (1 + 16 * Number.EPSILON) + Number.MIN_VALUE;
}
