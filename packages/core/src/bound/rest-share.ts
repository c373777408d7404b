import { outward } from "./rounding.js";

/** Sums of a scan, relative to the largest weight, and how well they are known. */
export interface WeightSums {
  /** Σ w with the largest w equal to 1. */
  readonly mass: number;
  /** Σ w·(ℓ − top), not positive. */
  readonly logitSum: number;
  /** Relative error bound of both. */
  readonly relative: number;
  /** δ: each ℓ − top in `logitSum` is within 2δ of log w. */
  readonly logit: number;
}

/**
 * An upper bound of q, the share of all weights but the largest, which `mass` alone cannot tell from zero below its own
 * rounding, while the terms of `logitSum` vanish at the top:
 *
 *     R = Σ_{i≠1} w_i ≤ R₁ = mass/(1 − ε) − 1,   R ≤ |logitSum|/((1 − ε)(−log R₁ − 2δ)) where that is positive,   q = R/(1 + R).
 *
 * Proof. No single w_i, i ≠ 1, exceeds R₁, so each such term w_i(top − ℓ_i) is at least w_i(−log R₁ − 2δ). ∎
 */
export function restShare({ mass, logitSum, relative, logit }: WeightSums): number {
  if (!(mass > 0) || !(relative < 1)) return 1;
  const byMass = outward((Math.max(0, mass - 1) + relative) / (1 - relative));
  const nats = -Math.log(byMass) * (1 - 8 * Number.EPSILON) - 2 * logit;
  const byLogits = nats > 0 ? outward(-logitSum / ((1 - relative) * nats)) : Infinity;
  const rest = Math.min(byMass, byLogits);
  return Math.min(1, outward(rest / (1 + rest)));
}
