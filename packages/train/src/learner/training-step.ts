import type { Computation, Named, Ops, Shape, Tensor } from "../engine/index.js";
import type { Network } from "../network/index.js";
import { type Objective, squaredError, type TracedBatch, targetOf } from "../objective/index.js";
import { applyRule, clipToNorm, corrections, emaDecayAt, globalNorm, type Optimizer, updateEma } from "../optimizer/index.js";
import { labelOf, labelShape } from "./label-input.js";

/** What training moves: θ, the moments of its gradient and its moving average, [P] each. */
export const LEARNER_ARRAYS = ["theta", "firstMoment", "secondMoment", "ema"] as const;

/** One of them. */
export type LearnerArray = (typeof LEARNER_ARRAYS)[number];

/** The arrays of a batch, beside its labels. */
export type BatchInput = "t" | "xt" | "ut" | "share";

/** What a loss is of. */
interface LossSpec {
  readonly network: Network;
  /** @defaultValue "velocity" */
  readonly objective?: Objective;
}

/** Their shapes for B points, that of the labels where the network has classes, and of second times where the objective has them. */
function batchShapes({ network, objective = "velocity" }: LossSpec, B: number): Named<BatchInput, Shape> {
  const D = network.dim;
  const until = objective === "velocity" ? {} : { until: [B] };
  return { t: [B], xt: [B, D], ut: [B, D], share: [B], ...labelShape(network, B), ...until };
}

/** The loss of the parameters on a batch; targets that the network makes are those of `theta`, and constants of the loss. */
function lossOf(ops: Ops, { network, objective = "velocity" }: LossSpec, theta: Tensor, batch: TracedBatch) {
  const at = (parameters: Tensor) => (t: Tensor, x: Tensor) => network.apply(ops, parameters, t, x, labelOf(batch));
  const aim = targetOf(ops, objective, at(theta), batch);
  return (parameters: Tensor): Tensor => squaredError(ops, at(parameters), aim);
}

/** Numbers that depend on how many steps are completed, computed in float64: [η, 1/(1−β₁^k), 1/(1−β₂^k), d]. */
export function stepScalars(optimizer: Optimizer, step: number): Float32Array {
  const { rule, rateAt, emaDecay } = optimizer;
  return Float32Array.of(rateAt(step), ...corrections(rule, step), emaDecayAt(emaDecay, step));
}

/**
 * Loss, gradient, clipping, optimizer and moving average in one program for batches of B points. Where the loss, the norm of
 * the gradient or the sum of the new θ is not finite nothing moves: the state stays at the last good step, and is finite.
 */
export function trainingStep(
  network: Network,
  optimizer: Optimizer,
  B: number,
  objective: Objective = "velocity",
): Computation<LearnerArray, BatchInput | "scalars", "loss" | "gradNorm" | "thetaSum"> {
  const P = [network.parameterCount];
  return {
    name: "training step",
    state: { theta: P, firstMoment: P, secondMoment: P, ema: P },
    inputs: { ...batchShapes({ network, objective }, B), scalars: [4] },
    trace(ops, state, { scalars, ...batch }) {
      const [loss, gradient] = ops.valueAndGradient(lossOf(ops, { network, objective }, state.theta, batch), state.theta);
      const gradNorm = globalNorm(ops, gradient);
      const { clipNorm } = optimizer;
      const moved = applyRule(ops, optimizer.rule, state, {
        gradient: clipNorm === null ? gradient : clipToNorm(ops, gradient, gradNorm, clipNorm),
        rate: ops.slice(scalars, 0, 1),
        firstCorrection: ops.slice(scalars, 1, 2),
        secondCorrection: ops.slice(scalars, 2, 3),
      });
      const ema = updateEma(ops, state.ema, moved.theta, ops.slice(scalars, 3, 4));
      const thetaSum = ops.sum(moved.theta);
      const good = [loss, gradNorm, thetaSum];
      const next = {
        theta: ops.whereFinite(good, moved.theta, state.theta),
        firstMoment: ops.whereFinite(good, moved.firstMoment, state.firstMoment),
        secondMoment: ops.whereFinite(good, moved.secondMoment, state.secondMoment),
        ema: ops.whereFinite(good, ema, state.ema),
      };
      return { next, outputs: { loss, gradNorm, thetaSum } };
    },
  };
}

/** The loss and its unclipped gradient, [P]. */
export function lossGradient(
  network: Network,
  B: number,
  objective: Objective = "velocity",
): Computation<"theta", BatchInput, "loss" | "gradient"> {
  return {
    name: "gradient",
    state: { theta: [network.parameterCount] },
    inputs: batchShapes({ network, objective }, B),
    trace(ops, { theta }, batch) {
      const [value, gradient] = ops.valueAndGradient(lossOf(ops, { network, objective }, theta, batch), theta);
      return { outputs: { loss: value, gradient } };
    },
  };
}
