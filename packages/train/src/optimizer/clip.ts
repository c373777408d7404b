import type { Ops, Tensor } from "../engine/index.js";

/** ‖g‖₂ of a gradient [P], a scalar. */
export function globalNorm(ops: Ops, gradient: Tensor): Tensor {
  return ops.sqrt(ops.sum(ops.mul(gradient, gradient)));
}

/** g·min(1, limit/‖g‖): the same direction, with a norm of at most `limit`; a zero gradient stays zero. */
export function clipToNorm(ops: Ops, gradient: Tensor, norm: Tensor, limit: number): Tensor {
  return ops.mul(gradient, ops.minimum(1, ops.div(limit, norm)));
}
