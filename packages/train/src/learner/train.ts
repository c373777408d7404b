import type { TrainingBatch } from "../objective/index.js";
import { diagnose } from "./diagnose.js";
import { type Evaluation, type EvaluationBatch, evaluate, type KnownFloor } from "./evaluate.js";
import type { Learner, StepResult } from "./learner.js";
import { TrainingError } from "./training-error.js";

/** Regular measurements during training. */
export interface EvaluationPlan {
  /** The batch, held fixed. */
  readonly batch: EvaluationBatch;
  /** Evaluates at step 0, whenever this many further steps are completed, and at the end. */
  readonly every: number;
  readonly floor?: KnownFloor;
  /** The loss that is trained on, where its times or weights are not those of `batch`. */
  readonly objective?: ObjectivePlan;
  /** Whether to measure the moving average of the parameters instead of the parameters. @defaultValue true */
  readonly ema?: boolean;
}

/** A second loss to measure, with the floor that belongs to it. */
export interface ObjectivePlan {
  /** Which times and weights the loss is an average over, in words. */
  readonly over: string;
  /** Points of those times, with weights as errors of the velocity. */
  readonly batch: EvaluationBatch;
  /** V under the same times and weights, as `floorOf` with `weight` gives it. */
  readonly floor?: KnownFloor;
}

/** What a second loss was measured to be. */
export interface ObjectiveEvaluation extends Evaluation {
  readonly over: string;
}

/** Options of `train`. */
export interface TrainOptions {
  /** The batch of step k: a function of k alone, as from `fork(rng, "batch", k)`, or a resumed run will differ. */
  readonly batchAt: (step: number) => TrainingBatch | Promise<TrainingBatch>;
  /** Completed steps to reach, counted from the learner's very first one. */
  readonly steps: number;
  readonly evaluation?: EvaluationPlan;
  /** Training ends before the next step once `aborted` is true; an `AbortSignal` is one. */
  readonly signal?: { readonly aborted: boolean };
}

/** What happens during training, in order. */
export type TrainEvent =
  | ({ readonly kind: "step" } & StepResult)
  | ({
      readonly kind: "evaluation";
      /** Completed steps. */
      readonly steps: number;
      readonly objective?: ObjectiveEvaluation;
    } & Evaluation);

/**
 * Trains until `steps` steps are completed, and yields every step and every evaluation. The caller owns what the loop
 * does not: files, progress, and time for other events, since a blocking engine never leaves the microtask queue.
 * @throws TrainingError when a loss or gradient is not finite; the learner then holds the last good state.
 */
export async function* train(learner: Learner, options: TrainOptions): AsyncGenerator<TrainEvent, void, void> {
  const { batchAt, steps, evaluation, signal } = options;
  if (!Number.isSafeInteger(steps) || steps < 0) {
    throw new RangeError(`Cannot train: steps is ${steps}; expected an integer ≥ 0`);
  }
  if (evaluation && !(Number.isSafeInteger(evaluation.every) && evaluation.every > 0)) {
    throw new RangeError(`Cannot train: evaluation.every is ${evaluation.every}; expected a positive integer`);
  }
  if (evaluation && learner.steps === 0) yield await measure(learner, evaluation);
  while (learner.steps < steps && !signal?.aborted) {
    const batch = await batchAt(learner.steps);
    const result = await learner.step(batch);
    if (result.status === "notFinite") throw new TrainingError(result, await diagnose(learner, batch, result));
    yield { kind: "step", ...result };
    if (evaluation && (learner.steps % evaluation.every === 0 || learner.steps === steps))
      yield await measure(learner, evaluation);
  }
}

async function measure(learner: Learner, { batch, floor, objective, ema = true }: EvaluationPlan): Promise<TrainEvent> {
  const of = (at: EvaluationBatch, known?: KnownFloor): Promise<Evaluation> =>
    evaluate(learner.field({ ema, ...(at.label ? { label: at.label } : {}) }), at, known === undefined ? {} : { floor: known });
  const measured = await of(batch, floor);
  const further = objective && { objective: { over: objective.over, ...(await of(objective.batch, objective.floor)) } };
  return { kind: "evaluation", steps: learner.steps, ...measured, ...further };
}
