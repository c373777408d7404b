import type { StepResult } from "./learner.js";

/** Training stopped because a step was not finite. The learner still holds the state after the last good step. */
export class TrainingError extends Error {
  override readonly name = "TrainingError";
  /** The step that failed. */
  readonly result: StepResult;
  /** Completed steps, which the learner's state belongs to. */
  readonly goodSteps: number;
  /** The first cause found, as a clause. */
  readonly diagnosis: string;

  constructor(result: StepResult, diagnosis: string) {
    super(
      `Cannot train past step ${result.step}: ${diagnosis}; expected finite numbers, as with a learning rate below ${result.learningRate} or times further from the ends of [0, 1]`,
    );
    this.result = result;
    this.goodSteps = result.step;
    this.diagnosis = diagnosis;
  }
}
