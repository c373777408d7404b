import { type AtomPath, type Estimate, estimate, evaluateEach, fork, rngOf, squaredRowDistances, zerosLike } from "@fluxion/core";
import { evaluate, type NetworkField } from "@fluxion/train";
import type { Progress } from "../progress/index.js";
import { drawEvaluationBatch } from "./evaluation-batch.js";
import { measureFloor } from "./measure-floor.js";

/** A network on points that it was not trained on. */
export interface HeldOut {
  /** Distinct held-out points. */
  readonly points: number;
  /** L_CFM of the network on pairs of held-out points. */
  readonly loss: Estimate;
  /** The floor V of the held-out set. */
  readonly floor: { readonly value: number; readonly standardError: number };
  /** E‖v − u‖², u the exact field of the held-out set itself. Eq. (M8) */
  readonly excess: Estimate;
  /** L_CFM of the exact field of the training set on the same pairs. */
  readonly trainingField: Estimate;
  /** Loss of the network less that of the exact training field, pair by pair: negative where the network generalises better. */
  readonly againstTrainingField: Estimate;
  readonly statement: string;
}

/** What the numbers are and are not. */
const STATEMENT =
  "The excess is the distance to the exact field of the held-out points, which is not what the network was trained for: a perfect field of the law that both sets come from has an excess too. Compare it between networks, and the loss with that of the exact training field on the same pairs.";

/** Measures a network on pairs of a set that it was not trained on, t uniform. */
export async function heldOutLoss(
  { path, held, field, batch, seed, samples }: HeldOutInput,
  progress: Progress,
): Promise<HeldOut> {
  const drawn = drawEvaluationBatch(held, fork(rngOf(seed), "held out"), batch);
  const floor = measureFloor(held, { seed, samples }, progress);
  const { loss, fieldError } = await evaluate(field, drawn, { floor });
  const { t, xt, ut } = drawn;
  const ofNetwork = squaredRowDistances(await field.evaluateAt(t, xt, zerosLike(xt)), ut);
  const ofTraining = squaredRowDistances(evaluateEach(path.field, t, xt, zerosLike(xt)), ut);
  if (fieldError === undefined) throw new Error("internal: the loss was measured without exact velocities");
  return {
    points: held.atoms.points.size,
    loss,
    floor: { value: floor.value, standardError: floor.standardError },
    excess: fieldError,
    trainingField: estimate(ofTraining),
    againstTrainingField: estimate(ofNetwork.map((v, b) => v - Number(ofTraining[b]))),
    statement: STATEMENT,
  };
}

/** What a held-out loss depends on. */
export interface HeldOutInput {
  /** The path of the training. */
  readonly path: AtomPath;
  /** The path of the same scheduler onto the held-out points. */
  readonly held: AtomPath;
  readonly field: Pick<NetworkField, "evaluateAt">;
  /** Pairs. */
  readonly batch: number;
  readonly seed: number;
  /** Pairs that the floor is averaged over. */
  readonly samples: number;
}
