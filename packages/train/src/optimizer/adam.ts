import type { ForwardOps } from "../engine/index.js";
import { type AdamW, type AdamWScalars, type AdamWState, adamW } from "./adamw.js";
import type { Gradient } from "./step-inputs.js";

/**
 * One step of Adam [Kingma2015] with weight decay as a part of the gradient, g + λθ: what AdamW decouples. Without decay the two
 * are one.
 */
export function adam(
  ops: ForwardOps,
  { weightDecay, ...constants }: AdamW,
  state: AdamWState,
  { gradient, ...scalars }: AdamWScalars & Gradient,
): AdamWState {
  const whole = ops.add(gradient, ops.mul(state.theta, weightDecay));
  return adamW(ops, { ...constants, weightDecay: 0 }, state, { gradient: whole, ...scalars });
}
