import type { Ops, Tensor } from "../engine/index.js";
import type { TracedBatch } from "./squared-error.js";

/** What a network is trained to be. */
export type Objective =
  /** v_θ(x, t), the velocity at one time: the CFM and FM losses. Eq. (M8) */
  | "velocity"
  /** u_θ(x, t, r), the mean velocity of the trajectory through x at t up to any r, by its own derivative [Geng2025]. */
  | "meanFlow"
  /** u_θ(x, t), the mean velocity up to t = 1, by its own value a step later [Song2023]. */
  | "consistency";

/** A batch of points with the second time of each. */
export interface FlowMapBatch extends TracedBatch {
  /** r: where a mean velocity leads to, or the time of the next point, [B]. */
  readonly until: Tensor;
}

/** A network at times [B] or [B, 2] and points [B, D], of parameters that no derivative is taken by. */
export type Stopped = (t: Tensor, x: Tensor) => Tensor;

/** The batch with the target of its objective; targets made by the network itself are constants of the loss. */
export function targetOf(ops: Ops, objective: Objective, network: Stopped, batch: TracedBatch): TracedBatch {
  switch (objective) {
    case "velocity":
      return batch;
    case "meanFlow":
      return meanFlowTarget(ops, network, batch as FlowMapBatch);
    case "consistency":
      return consistencyTarget(ops, network, batch as FlowMapBatch);
  }
}

/**
 * The MeanFlow target u_t + (r − t)·d/dt u_θ(x_t, t, r), with d/dt along (u_t, 1, 0) in (x, t, r): differentiating
 * (r − t)·u(x_t, t, r) = ∫_t^r v dτ along a trajectory gives u = v − (t − r)·du/dt. It is linear in u_t, so that conditional
 * velocities have the target of the marginal one as their mean. r = t gives the CFM target.
 */
function meanFlowTarget(ops: Ops, network: Stopped, { t, until, xt, ut, share }: FlowMapBatch): TracedBatch {
  const [B = 0, D = 0] = xt.shape;
  const [from, to] = [column(ops, t), column(ops, until)];
  const along = ops.concat([ut, ops.broadcastTo(ops.constant([1], [1, 1]), [B, 1])], 1); // [B, D + 1]
  const mean = (state: Tensor): Tensor => network(ops.concat([ops.slice(state, D, D + 1, 1), to], 1), ops.slice(state, 0, D, 1));
  const [, derivative] = ops.jvp(mean, ops.concat([xt, from], 1), along);
  const target = ops.add(ut, ops.mul(ops.sub(to, from), derivative));
  return { t: ops.concat([from, to], 1), xt, ut: target, share };
}

/**
 * The consistency target ((r − t)·u_t + (1 − r)·u_θ(x_r, r))/(1 − t) with x_r = x_t + (r − t)·u_t: the network's own mean
 * velocity from the next point on, joined to the step there. In terms of f(x, t) = x + (1 − t)·u_θ(x, t), which is x at t = 1
 * whatever θ, it says f(x_t, t) = f(x_r, r); its squared error is that of f over (1 − t)².
 */
function consistencyTarget(ops: Ops, network: Stopped, { t, until, xt, ut, share }: FlowMapBatch): TracedBatch {
  const [from, to] = [column(ops, t), column(ops, until)];
  const step = ops.mul(ops.sub(to, from), ut);
  const rest = ops.mul(ops.sub(1, to), network(until, ops.add(xt, step)));
  return { t, xt, ut: ops.div(ops.add(step, rest), ops.sub(1, from)), share };
}

const column = (ops: Ops, t: Tensor): Tensor => ops.reshape(t, [t.shape[0] ?? 0, 1]);
