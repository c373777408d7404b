import type { ForwardOps, Tensor } from "../engine/index.js";
import type { Gradient, Rate } from "./step-inputs.js";

/** Constants of Lion. */
export interface Lion {
  /** Share of the momentum in the direction. */
  readonly beta1: number;
  /** Decay of the momentum. */
  readonly beta2: number;
  /** λ, decoupled from the gradient. */
  readonly weightDecay: number;
}

/** 2^126: times the smallest normal float32, 2^-126, it is 1. */
const STEEP = 2 ** 126;

/** The sign of every number: exact for 0 and for every normal float32, whose product saturates. */
function sign(ops: ForwardOps, x: Tensor): Tensor {
  return ops.maximum(-1, ops.minimum(1, ops.mul(x, STEEP)));
}

/**
 * One step of Lion [Chen2023, Algorithm 2]:
 *
 *     θ ← θ − η·( sign(β₁m + (1−β₁)g) + λθ ),   m ← β₂m + (1−β₂)g.
 *
 * Every parameter moves by η: rates are a tenth to a third of those of AdamW.
 */
export function lion(
  ops: ForwardOps,
  { beta1, beta2, weightDecay }: Lion,
  { theta, firstMoment }: { readonly theta: Tensor; readonly firstMoment: Tensor },
  { gradient, rate }: Gradient & Rate,
): { readonly theta: Tensor; readonly firstMoment: Tensor } {
  const direction = sign(ops, ops.add(ops.mul(firstMoment, beta1), ops.mul(gradient, 1 - beta1)));
  const step = ops.add(direction, ops.mul(theta, weightDecay));
  const m = ops.add(ops.mul(firstMoment, beta2), ops.mul(gradient, 1 - beta2));
  return { theta: ops.sub(theta, ops.mul(rate, step)), firstMoment: m };
}
