import type { Engine, Resident } from "../engine/index.js";
import { LEARNER_ARRAYS, type LearnerArray } from "./training-step.js";

/** The arrays that training moves, in the engine. */
export interface LearnerArrays {
  readonly cells: Readonly<Record<LearnerArray, Resident>>;
  /** Copies of all of them. */
  read(): Promise<Record<LearnerArray, Float32Array>>;
  write(values: Readonly<Record<LearnerArray, Float32Array>>): void;
  dispose(): void;
}

/** Arrays at step 0: moments of zero, and an average that is θ itself. */
export function learnerArrays(engine: Engine, theta: Float32Array): LearnerArrays {
  const resident = (values: Float32Array): Resident => engine.resident(values, [theta.length]);
  const cells: LearnerArrays["cells"] = {
    theta: resident(theta),
    firstMoment: resident(new Float32Array(theta.length)),
    secondMoment: resident(new Float32Array(theta.length)),
    ema: resident(theta),
  };
  return {
    cells,
    async read() {
      const [now, firstMoment, secondMoment, ema] = await Promise.all([
        cells.theta.read(),
        cells.firstMoment.read(),
        cells.secondMoment.read(),
        cells.ema.read(),
      ]);
      return { theta: now, firstMoment, secondMoment, ema };
    },
    write(values) {
      for (const name of LEARNER_ARRAYS) cells[name].write(values[name]);
    },
    dispose() {
      for (const name of LEARNER_ARRAYS) cells[name].dispose();
    },
  };
}
