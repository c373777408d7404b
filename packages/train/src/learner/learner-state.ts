import { type Network, namedParameters } from "../network/index.js";
import { LEARNER_ARRAYS, type LearnerArray } from "./training-step.js";

/** Everything that is needed to continue training, on the host. */
export interface LearnerState extends Readonly<Record<LearnerArray, Float32Array>> {
  /** Completed steps. */
  readonly steps: number;
}

/** One array of a state as a file keeps it. */
export interface StateTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A state as arrays by name, `theta.layers.0.weight`, `ema.layers.0.weight`, …: views, nothing is copied. */
export function stateTensors(network: Network, state: LearnerState): Record<string, StateTensor> {
  const tensors: Record<string, StateTensor> = {};
  for (const array of LEARNER_ARRAYS) {
    const views = namedParameters(network.parameters, state[array]);
    for (const { name, shape } of network.parameters) {
      const data = views[name];
      if (data !== undefined) tensors[`${array}.${name}`] = { shape, data };
    }
  }
  return tensors;
}

/** The inverse of `stateTensors`. @throws RangeError when an array is missing or has another length. */
export function stateFromTensors(
  network: Network,
  tensors: Readonly<Record<string, { readonly data: ArrayLike<number> }>>,
  steps: number,
): LearnerState {
  const flat = (array: LearnerArray): Float32Array => {
    const theta = new Float32Array(network.parameterCount);
    for (const { name, offset, size } of network.parameters) {
      const key = `${array}.${name}`;
      const data = Object.hasOwn(tensors, key) ? tensors[key]?.data : undefined;
      if (data?.length !== size) {
        throw new RangeError(`Cannot load the state: "${key}" has ${data?.length ?? "no"} numbers; expected ${size}`);
      }
      theta.set(data, offset);
    }
    return theta;
  };
  const state = { theta: flat("theta"), firstMoment: flat("firstMoment"), secondMoment: flat("secondMoment"), ema: flat("ema") };
  requireState(network, { ...state, steps });
  return { ...state, steps };
}

/** Throws unless the state belongs to the network and holds finite numbers only. */
export function requireState(network: Network, state: LearnerState): void {
  if (!Number.isSafeInteger(state.steps) || state.steps < 0) {
    throw new RangeError(`Cannot load the state: steps is ${state.steps}; expected an integer ≥ 0`);
  }
  for (const array of LEARNER_ARRAYS) {
    const values = state[array];
    if (values.length !== network.parameterCount) {
      throw new RangeError(
        `Cannot load the state: ${array} has ${values.length} numbers; expected ${network.parameterCount} for this network`,
      );
    }
    const at = values.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) throw new RangeError(`Cannot load the state: ${array}[${at}] is ${values[at]}; expected finite numbers`);
  }
}
