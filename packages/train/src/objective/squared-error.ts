import type { Ops, Tensor } from "../engine/index.js";

/** What the conditional flow matching loss is measured on, as tensors. */
export interface TracedBatch {
  /** [B] */
  readonly t: Tensor;
  /** [B, D] */
  readonly xt: Tensor;
  /** [B, D] */
  readonly ut: Tensor;
  /** w_b/B, [B]: host weights already divided by the batch size. */
  readonly share: Tensor;
}

/**
 * The conditional flow matching loss on one batch, a scalar:
 *
 *     L(θ) = (1/B) Σ_b w_b ‖v_θ(t_b, x_b) − u_b‖²,   ‖·‖² summed over the D coordinates, not averaged,
 *
 * so that it estimates E‖v − u_t(x|z)‖² and compares with the floor V = E b² tr Cov(z|x) number for number; divide both
 * by D for a loss per coordinate. Eq. (M8)
 */
export function squaredError(ops: Ops, velocity: (t: Tensor, x: Tensor) => Tensor, { t, xt, ut, share }: TracedBatch): Tensor {
  const error = ops.sub(velocity(t, xt), ut); // [B, D]
  const squared = ops.sum(ops.mul(error, error), 1); // [B]: rows first, so that float32 sums stay short
  return ops.sum(ops.mul(share, squared));
}
