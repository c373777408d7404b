import type { Ops, Tensor } from "../engine/index.js";

/**
 * The decay of the exponential moving average at the step that follows `step` completed ones: min(decay, (1+k)/(10+k)),
 * so that the first parameters, far from convergence, are soon forgotten.
 */
export function emaDecayAt(decay: number, step: number): number {
  return Math.min(decay, (1 + step) / (10 + step));
}

/** θ̄ ← d·θ̄ + (1 − d)·θ, [P]; d = 0 keeps θ itself. */
export function updateEma(ops: Ops, ema: Tensor, theta: Tensor, decay: Tensor): Tensor {
  return ops.add(ops.mul(decay, ema), ops.mul(ops.sub(1, decay), theta));
}
