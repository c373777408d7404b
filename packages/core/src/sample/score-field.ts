import type { MarginalField } from "../field/index.js";
import type { VectorField } from "../ode/index.js";
import { convert, type Prediction } from "../path/index.js";
import { type Points, zerosLike } from "../points/index.js";
import type { Scheduler } from "../scheduler/index.js";

/** A vector field with its score: what stochastic sampling needs. */
export interface ScoreField<R extends void | Promise<void> = void> {
  readonly dim: number;
  readonly scheduler: Scheduler;
  /** Fills `velocity` and `score` [B, D] at (t, x). */
  evaluate(t: number, x: Points, velocity: Points, score: Points): R;
}

/** The exact marginal field with its exact score, for every source, from one scan. Eq. (M7) */
export function exactScoreField(field: MarginalField): ScoreField {
  return {
    dim: field.dim,
    scheduler: field.scheduler,
    evaluate(t, x, velocity, score) {
      const { values } = field.quantities(t, x, ["velocity", "score"]);
      velocity.data.set(values.velocity ?? []);
      score.data.set(values.score ?? []);
    },
  };
}

/** How a model is asked for its score. */
export interface ScoreOptions {
  readonly dim: number;
  readonly scheduler: Scheduler;
  /** What the model predicts. @defaultValue "velocity" */
  readonly prediction?: Prediction;
}

/**
 * Velocity and score of a model that predicts one of the four parametrisations, by Eq. (M7): right for a path from N(0, I).
 * @throws RangeError in use where a conversion has no finite limit: the score at β = 0, a velocity from noise at α = 0.
 */
export function scoreFieldOf(model: VectorField, options: ScoreOptions): ScoreField {
  const fill = fillerOf(options);
  return {
    ...options,
    evaluate(t, x, velocity, score) {
      fill(t, x, { answer: model.evaluate(t, x, zerosLike(x)), velocity, score });
    },
  };
}

/** `scoreFieldOf` for a model that answers later. */
export function asyncScoreFieldOf(
  model: VectorField<Points, Points | Promise<Points>>,
  options: ScoreOptions,
): ScoreField<Promise<void>> {
  const fill = fillerOf(options);
  return {
    ...options,
    async evaluate(t, x, velocity, score) {
      fill(t, x, { answer: await model.evaluate(t, x, zerosLike(x)), velocity, score });
    },
  };
}

interface Filled {
  readonly answer: Points;
  readonly velocity: Points;
  readonly score: Points;
}

function fillerOf({ scheduler, prediction: from = "velocity" }: ScoreOptions): (t: number, x: Points, filled: Filled) => void {
  return (t, x, { answer, velocity, score }) => {
    const at = scheduler.at(t);
    convert({ from, to: "velocity", at }, x, answer, velocity);
    convert({ from, to: "score", at }, x, answer, score);
  };
}
