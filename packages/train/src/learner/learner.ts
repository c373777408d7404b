import { fork, type Rng } from "@fluxion/core";
import type { Engine, Resident } from "../engine/index.js";
import { type Network, timesOf } from "../network/index.js";
import { type HostBatch, hostBatch, type Objective, type TrainingBatch } from "../objective/index.js";
import type { Optimizer } from "../optimizer/index.js";
import { type BaseField, lessBase, withBase } from "./base-field.js";
import { type Condition, conditionedField } from "./conditioned-field.js";
import { type FlowMap, flowMap } from "./flow-map.js";
import type { Label } from "./label-rows.js";
import { learnerArrays } from "./learner-arrays.js";
import { type LearnerState, requireState } from "./learner-state.js";
import { memo } from "./memo.js";
import type { NetworkField } from "./network-field.js";
import { asVelocity, type NetworkPrediction, predictionBatch } from "./prediction.js";
import { lossGradient, stepScalars, trainingStep } from "./training-step.js";
import { networkPrograms } from "./velocity-programs.js";

/** What one training step measured, before it moved the parameters. */
export interface StepResult {
  /** Index of the step: 0 is the first. */
  readonly step: number;
  /** Mean of ‖f_θ − target‖² over the batch, ‖v_θ − u_t‖² for velocities, at the parameters before the step. */
  readonly loss: number;
  /** ‖∇L‖₂ before clipping. */
  readonly gradNorm: number;
  /** η of the step. */
  readonly learningRate: number;
  /** `notFinite` when loss, gradient or new parameters overflowed: then the step did not count and nothing moved. */
  readonly status: "done" | "notFinite";
}

/** A network in training. Its arrays live in the engine; steps are taken one after another. */
export interface Learner {
  readonly network: Network;
  readonly optimizer: Optimizer;
  /** Completed steps. */
  readonly steps: number;
  /** One step of the optimizer on one batch. @throws TypeError when the step before has not finished. */
  step(batch: TrainingBatch): Promise<StepResult>;
  /** The loss and its gradient ∇_θ L, [P], at the present parameters; moves nothing. Eq. (M8) */
  gradient(batch: TrainingBatch): Promise<{ readonly loss: number; readonly gradient: Float32Array }>;
  /**
   * The velocity field of the present parameters, or of their moving average; it follows the training. A network of two times
   * gives its velocities u_θ(x, t, t); under the objective `consistency` the values are mean velocities up to t = 1.
   */
  field(options?: FieldOptions): NetworkField;
  /** The flow map of the same parameters, for objectives that learn one. @throws TypeError for the objective `velocity`. */
  flowMap(options?: FlowMapOptions): FlowMap;
  /** A copy of everything needed to continue. */
  state(): Promise<LearnerState>;
  /** Continues from a state: the next steps are those of the run that saved it, byte for byte. */
  load(state: LearnerState): void;
  /** Frees the arrays; the learner and its fields must not be used again. */
  dispose(): void;
}

/** Which field of a learner. */
export interface FieldOptions extends Condition {
  /** Whether that of the moving average of the parameters. @defaultValue false */
  readonly ema?: boolean;
}

/** Which flow map of a learner. */
export interface FlowMapOptions {
  /** Whether that of the moving average of the parameters. @defaultValue false */
  readonly ema?: boolean;
  /** One class for all points or one for each, −1 for none. @defaultValue −1 */
  readonly label?: Label;
}

/** Options of `createLearner`. */
export interface LearnerOptions {
  readonly engine: Engine;
  readonly network: Network;
  readonly optimizer: Optimizer;
  /** Initial parameters are `network.init(fork(rng, "init"))`. */
  readonly rng: Rng;
  /** A field in closed form that the network is added to; losses are those of the sum. @defaultValue none */
  readonly base?: BaseField;
  /** What the network predicts; batches and fields are of velocities all the same. @defaultValue the velocity */
  readonly prediction?: NetworkPrediction;
  /** What the velocities are: at a time, or the mean up to a later one. @defaultValue "velocity" */
  readonly objective?: Objective;
}

/**
 * A learner at step 0.
 * @throws RangeError for a base beside a prediction that is no velocity, for an objective beside either, or one that the network
 *   has not the times for.
 */
export function createLearner(options: LearnerOptions): Learner {
  const { engine, network, optimizer, rng, base, prediction, objective = "velocity" } = options;
  requireObjective(options);
  if (base && prediction && prediction.kind !== "velocity") {
    throw new RangeError(`Cannot add a ${prediction.kind} to a base field; expected the prediction "velocity"`);
  }
  const { cells, read, write, dispose } = learnerArrays(engine, network.init(fork(rng, "init")));
  const stepFor = memo((B: number) => engine.compile(trainingStep(network, optimizer, B, objective)));
  const gradientFor = memo((B: number) => engine.compile(lossGradient(network, B, objective)));
  const programs = networkPrograms(engine, network);
  const fieldOf = (theta: Resident, condition: Condition): NetworkField => {
    const own = conditionedField(programs, theta, condition);
    if (base) return withBase(base, own);
    return prediction ? asVelocity(prediction, own) : own;
  };
  const target = (batch: TrainingBatch): HostBatch => {
    const left = base ? lessBase(base, batch) : batch;
    return hostBatch(prediction ? predictionBatch(prediction, left) : left, { ...network, objective });
  };
  let steps = 0;
  let busy = false;

  const step: Learner["step"] = async (batch) => {
    if (busy) throw new TypeError("Cannot step: the step before has not finished; expected its promise to be awaited");
    busy = true;
    try {
      const inputs = { ...target(batch), scalars: stepScalars(optimizer, steps) };
      const measured = await stepFor(batch.t.length).run(cells, inputs);
      const [loss, gradNorm] = [scalar(measured.loss), scalar(measured.gradNorm)];
      const status = [loss, gradNorm, scalar(measured.thetaSum)].every(Number.isFinite) ? "done" : "notFinite";
      const result: StepResult = { step: steps, loss, gradNorm, learningRate: optimizer.rateAt(steps), status };
      if (status === "done") steps += 1;
      return result;
    } finally {
      busy = false;
    }
  };

  return {
    network,
    optimizer,
    get steps() {
      return steps;
    },
    step,
    async gradient(batch) {
      const { loss, gradient } = await gradientFor(batch.t.length).run(cells, target(batch));
      return { loss: scalar(loss), gradient };
    },
    field: ({ ema = false, ...condition } = {}) => fieldOf(ema ? cells.ema : cells.theta, condition),
    flowMap: ({ ema = false, ...given } = {}) => flowMap({ engine, network, objective, ...given }, ema ? cells.ema : cells.theta),
    state: async () => ({ steps, ...(await read()) }),
    load(state) {
      requireState(network, state);
      write(state);
      steps = state.steps;
    },
    dispose,
  };
}

/** The one number of a scalar output. */
const scalar = (values: Float32Array): number => values[0] ?? Number.NaN;

function requireObjective({ network, base, prediction, objective = "velocity" }: LearnerOptions): void {
  if (objective === "velocity") return;
  if (base !== undefined || (prediction !== undefined && prediction.kind !== "velocity")) {
    const beside = base ? "a base field" : `the prediction "${prediction?.kind}"`;
    throw new RangeError(`Cannot train for "${objective}": there is ${beside}; expected a network that is the velocity itself`);
  }
  const times = objective === "meanFlow" ? 2 : 1;
  if (timesOf(network) === times) return;
  throw new RangeError(`Cannot train for "${objective}": the network takes times: ${timesOf(network)}; expected times: ${times}`);
}
