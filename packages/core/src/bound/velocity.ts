import { outward } from "./rounding.js";

/**
 * ‖û − u‖ ≤ |b|·‖μ̂ − μ‖ for the velocity u = ax + bμ, b = α̇ − αβ̇/β, (E4), without the rounding of this last step. In the
 * coordinates w = x/β of Eq. (M9) b is 1: a certificate there does not blow up at the data. Eq. (M6)
 */
export function velocityBound(b: number, mean: number): number {
  return mean === 0 ? 0 : outward(Math.abs(b) * mean);
}
