import { type Estimate, estimate, type Floor, type Points, squaredRowDistances, zerosLike } from "@fluxion/core";
import type { TrainingBatch } from "../objective/index.js";
import type { NetworkField } from "./network-field.js";

/**
 * A batch that is held fixed through training, so that its sampling noise is the same in every evaluation. Its weights count
 * errors of velocities, as those of `floorOf` do; without them the losses are over the law of its times.
 */
export interface EvaluationBatch extends Pick<TrainingBatch, "t" | "xt" | "ut" | "label" | "weight"> {
  /** The exact marginal velocity u_t(x_t), of the point's class where it has a label, [B, D], where it is known. */
  readonly exact?: Points;
}

/** How far a field is from its target. Losses are sums over the D coordinates; divide by D for a loss per coordinate. */
export interface Evaluation {
  /** L_CFM = E‖v − u_t(x|z)‖². */
  readonly loss: Estimate;
  /** V, as given: what no field can beat on average. Eq. (M8) */
  readonly floor?: Estimate;
  /** L_CFM − V, the distance to the exact field, with the noise of both. Eq. (M8) */
  readonly excess?: Estimate;
  /** L_FM = E‖v − u_t(x)‖² itself, from the exact velocities of the batch. */
  readonly fieldError?: Estimate;
  /** The loss of the exact field on the same batch. */
  readonly exactLoss?: Estimate;
  /** `loss − exactLoss` pair by pair: estimates the same L_FM, without most of the noise of `excess`. Eq. (M8) */
  readonly pairedExcess?: Estimate;
}

/** The irreducible loss V with its standard error, as `floorOf` of the core gives it. Eq. (M8) */
export type KnownFloor = Pick<Floor, "value" | "standardError">;

/** Options of `evaluate`. */
export interface EvaluateOptions {
  readonly floor?: KnownFloor;
}

/**
 * Measures a network field on a batch of at least two points. Velocities are float32, all sums float64.
 * @throws RangeError for a batch that the field does not fit, or where the network overflows.
 */
export async function evaluate(
  field: Pick<NetworkField, "evaluateAt">,
  { t, xt, ut, weight, exact }: EvaluationBatch,
  { floor }: EvaluateOptions = {},
): Promise<Evaluation> {
  const velocity = await field.evaluateAt(t, xt, zerosLike(xt));
  if (weight && weight.length !== t.length) {
    throw new RangeError(`Cannot evaluate the loss: there are ${weight.length} weights; expected ${t.length}`);
  }
  const squares = (x: Points, y: Points, name: string): Float64Array => {
    const squared = squaredDistances(x, y, name);
    return weight ? squared.map((v, b) => v * Number(weight[b])) : squared;
  };
  const losses = squares(velocity, ut, "ut");
  const loss = estimate(losses);
  const withFloor = floor === undefined ? {} : againstFloor(loss, { mean: floor.value, standardError: floor.standardError });
  if (exact === undefined) return { loss, ...withFloor };
  const exactLosses = squares(exact, ut, "ut");
  return {
    loss,
    ...withFloor,
    fieldError: estimate(squares(velocity, exact, "exact")),
    exactLoss: estimate(exactLosses),
    pairedExcess: estimate(losses.map((value, b) => value - Number(exactLosses[b]))),
  };
}

/** ‖x_b − y_b‖², [B]. */
function squaredDistances(x: Points, y: Points, name: string): Float64Array {
  if (x.size !== y.size || x.dim !== y.dim) {
    throw new RangeError(`Cannot evaluate the loss: ${name} is [${y.size}, ${y.dim}]; expected [${x.size}, ${x.dim}]`);
  }
  return squaredRowDistances(x, y);
}

/** L − V of two independent estimates. */
function againstFloor(loss: Estimate, floor: Estimate): Pick<Evaluation, "floor" | "excess"> {
  const standardError = Math.hypot(loss.standardError, floor.standardError);
  return { floor, excess: { mean: loss.mean - floor.mean, standardError } };
}
