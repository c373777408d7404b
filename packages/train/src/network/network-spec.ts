import { type Activation, activations } from "./activation.js";
import type { TimeSpec } from "./time-features.js";

/**
 * A multilayer perceptron for v_θ(t, x): φ(t) is appended to x, then `depth` hidden layers, then a linear layer to R^D.
 * torchcfm's network is `{ kind: "mlp", dim, width: 64, depth: 3, activation: "selu", time: { kind: "raw" } }`.
 */
export interface MlpSpec {
  readonly kind: "mlp";
  /** D. */
  readonly dim: number;
  /** H, units in every hidden layer. @defaultValue 256 */
  readonly width?: number;
  /** Hidden layers. @defaultValue 3 */
  readonly depth?: number;
  /** @defaultValue "silu" */
  readonly activation?: Activation;
  /** h ← h + φ(Wh + b) from the second hidden layer on, instead of h ← φ(Wh + b). @defaultValue false */
  readonly residual?: boolean;
  /** @defaultValue `{ kind: "fourier", count: 8 }` */
  readonly time?: TimeSpec;
  /** Factor on the initial weights of the last layer; 0 starts from v = 0. @defaultValue 1 */
  readonly outputScale?: number;
}

/** What network to build, as plain data. */
export type NetworkSpec = MlpSpec;

const TIME_KINDS = ["raw", "fourier", "sinusoidal"];

/**
 * The spec with every default filled in.
 * @throws RangeError for a value outside its domain or a key that no network has.
 */
export function completeNetworkSpec(spec: NetworkSpec): Required<NetworkSpec> {
  if (spec.kind !== "mlp") refuse(`kind is "${spec.kind}"`, `"mlp"`);
  const { dim, width = 256, depth = 3, activation = "silu", residual = false, outputScale = 1 } = spec;
  const time = spec.time ?? { kind: "fourier", count: 8 };
  const complete: Required<NetworkSpec> = { kind: "mlp", dim, width, depth, activation, residual, time, outputScale };
  for (const key of Object.keys(spec)) {
    if (!Object.hasOwn(complete, key)) refuse(`"${key}" is not an option`, `one of ${Object.keys(complete).join(", ")}`);
  }
  for (const [name, count] of Object.entries({ dim, width, depth })) requireCount(name, count);
  if (!Object.hasOwn(activations, activation)) {
    refuse(`activation is "${activation}"`, `one of ${Object.keys(activations).join(", ")}`);
  }
  if (typeof residual !== "boolean") refuse(`residual is ${residual}`, "true or false");
  if (!TIME_KINDS.includes(time.kind)) refuse(`time.kind is "${time.kind}"`, `one of ${TIME_KINDS.join(", ")}`);
  if (time.kind !== "raw") requireCount("time.count", time.count);
  if (time.kind === "sinusoidal" && !(time.maxFrequency === undefined || (time.maxFrequency >= 1 && time.maxFrequency < 1e6))) {
    refuse(`time.maxFrequency is ${time.maxFrequency}`, "a number from 1 to 10⁶");
  }
  if (!(outputScale >= 0 && outputScale < Infinity)) refuse(`outputScale is ${outputScale}`, "a finite number ≥ 0");
  return complete;
}

function requireCount(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) refuse(`${name} is ${value}`, "a positive integer");
}

function refuse(found: string, expected: string): never {
  throw new RangeError(`Cannot build the network: ${found}; expected ${expected}`);
}
