import type { ForwardOps, Tensor } from "../engine/index.js";

/** Constants of AdamW. */
export interface AdamW {
  /** Decay of the mean of gradients. */
  readonly beta1: number;
  /** Decay of the mean of squared gradients. */
  readonly beta2: number;
  /** ε, added to the root of the second moment: a part of the method's definition, in units of the gradient. */
  readonly epsilon: number;
  /** λ, decoupled from the gradient. */
  readonly weightDecay: number;
}

/** θ with the two moments, [P] each. */
export interface AdamWState {
  readonly theta: Tensor;
  readonly firstMoment: Tensor;
  readonly secondMoment: Tensor;
}

/** Numbers of one step that depend on its index, as scalars. */
export interface AdamWScalars {
  /** η_k. */
  readonly rate: Tensor;
  /** 1/(1 − β₁^(k+1)). */
  readonly firstCorrection: Tensor;
  /** 1/(1 − β₂^(k+1)). */
  readonly secondCorrection: Tensor;
}

/**
 * One step of AdamW [Loshchilov2019, Algorithm 2]:
 *
 *     m ← β₁m + (1−β₁)g,   v ← β₂v + (1−β₂)g²,   θ ← θ − η·( m̂/(√v̂ + ε) + λθ ),
 *
 * with m̂ = m/(1−β₁^k), v̂ = v/(1−β₂^k).
 */
export function adamW(
  ops: ForwardOps,
  { beta1, beta2, epsilon, weightDecay }: AdamW,
  { theta, firstMoment, secondMoment }: AdamWState,
  { gradient, rate, firstCorrection, secondCorrection }: AdamWScalars & { readonly gradient: Tensor },
): AdamWState {
  const m = ops.add(ops.mul(firstMoment, beta1), ops.mul(gradient, 1 - beta1));
  const v = ops.add(ops.mul(secondMoment, beta2), ops.mul(ops.mul(gradient, gradient), 1 - beta2));
  const root = ops.sqrt(ops.mul(v, secondCorrection));
  const direction = ops.div(ops.mul(m, firstCorrection), ops.add(root, epsilon));
  const step = ops.add(direction, ops.mul(theta, weightDecay));
  return { theta: ops.sub(theta, ops.mul(rate, step)), firstMoment: m, secondMoment: v };
}

/** 1/(1 − decay^(k+1)) for k completed steps: undoes the bias of a moment that started at zero. */
export function biasCorrection(decay: number, step: number): number {
  return 1 / (1 - decay ** (step + 1));
}
