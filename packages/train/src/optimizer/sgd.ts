import type { ForwardOps, Tensor } from "../engine/index.js";
import type { Gradient, Rate } from "./step-inputs.js";

/** Constants of gradient descent with momentum. */
export interface Sgd {
  /** μ of [0, 1). */
  readonly momentum: number;
  /** Whether the step looks ahead along the momentum it has just taken up. */
  readonly nesterov: boolean;
  /** λ, a part of the gradient. */
  readonly weightDecay: number;
}

/**
 * One step of gradient descent with momentum [Sutskever2013], in the form of PyTorch, where the rate multiplies the whole momentum:
 *
 *     g ← g + λθ,   m ← μm + g,   θ ← θ − η·m,   or θ ← θ − η·(g + μm) with Nesterov's.
 */
export function sgd(
  ops: ForwardOps,
  { momentum, nesterov, weightDecay }: Sgd,
  { theta, firstMoment }: { readonly theta: Tensor; readonly firstMoment: Tensor },
  { gradient, rate }: Gradient & Rate,
): { readonly theta: Tensor; readonly firstMoment: Tensor } {
  const g = ops.add(gradient, ops.mul(theta, weightDecay));
  const m = ops.add(ops.mul(firstMoment, momentum), g);
  const direction = nesterov ? ops.add(g, ops.mul(m, momentum)) : m;
  return { theta: ops.sub(theta, ops.mul(rate, direction)), firstMoment: m };
}
