import { activations } from "./activation.js";
import type { MlpSpec, NetworkSpec, ResidualMlpSpec, UnetSpec } from "./network-spec.js";
import type { TimeSpec } from "./time-features.js";

/** A spec that `buildNetwork` takes, with every default filled in. */
export type BuildableSpec = Required<MlpSpec> | Required<ResidualMlpSpec> | Required<UnetSpec>;

const TIME_KINDS = ["raw", "fourier", "sinusoidal"];
const NETWORK_KINDS = ["mlp", "residual-mlp", "unet"];
const FOURIER: TimeSpec = { kind: "fourier", count: 8 };

/**
 * The spec with every default filled in.
 * @throws RangeError for a value outside its domain or a key that its kind of network has not.
 */
export function completeNetworkSpec(spec: NetworkSpec): BuildableSpec {
  if (!NETWORK_KINDS.includes(spec.kind)) refuse(`kind is "${spec.kind}"`, `one of ${NETWORK_KINDS.join(", ")}`);
  const complete = spec.kind === "unet" ? completeUnet(spec) : completePerceptron(spec);
  for (const key of Object.keys(spec)) {
    if (!Object.hasOwn(complete, key)) refuse(`"${key}" is not an option`, `one of ${Object.keys(complete).join(", ")}`);
  }
  requireTime(complete.time);
  requireCount("classes", complete.classes, 0);
  const { outputScale } = complete;
  if (!(outputScale >= 0 && outputScale < Infinity)) refuse(`outputScale is ${outputScale}`, "a finite number ≥ 0");
  return complete;
}

function completePerceptron(spec: MlpSpec | ResidualMlpSpec): BuildableSpec {
  const { dim, width = 256, depth = 3, activation = "silu" } = spec;
  const { time = FOURIER, times = 1, classes = 0, outputScale = 1 } = spec;
  const shared = { dim, width, depth, activation, time, times, classes, outputScale };
  for (const [name, count] of Object.entries({ dim, width, depth })) requireCount(name, count);
  if (!Object.hasOwn(activations, activation)) {
    refuse(`activation is "${activation}"`, `one of ${Object.keys(activations).join(", ")}`);
  }
  if (times !== 1 && times !== 2) refuse(`times is ${times}`, "1 or 2");
  if (spec.kind === "residual-mlp") return { kind: spec.kind, ...shared };
  const { residual = false } = spec;
  if (typeof residual !== "boolean") refuse(`residual is ${residual}`, "true or false");
  return { kind: spec.kind, ...shared, residual };
}

function completeUnet(spec: UnetSpec): Required<UnetSpec> {
  const { image, channels = 32, multipliers = [1, 2, 2], blocks = 1, heads = 1, groups = 8 } = spec;
  const { time = FOURIER, classes = 0, outputScale = 0 } = spec;
  for (const [axis, name] of ["channels", "height", "width"].entries()) {
    requireCount(`the ${name} of the image`, image?.[axis] ?? Number.NaN);
  }
  for (const [name, count] of Object.entries({ channels, blocks, groups })) requireCount(name, count);
  requireCount("heads", heads, 0);
  if (multipliers.length === 0) refuse("multipliers is empty", "at least one");
  for (const multiplier of multipliers) requireCount("a multiplier", multiplier);
  if (channels % groups !== 0) refuse(`channels is ${channels}`, `a multiple of groups, ${groups}`);
  const lowest = channels * (multipliers.at(-1) ?? 1);
  if (heads > 0 && lowest % heads !== 0) refuse(`heads is ${heads}`, `a divisor of the ${lowest} channels it attends to`);
  return { kind: "unet", image, channels, multipliers, blocks, heads, groups, time, classes, outputScale };
}

function requireTime(time: TimeSpec): void {
  if (!TIME_KINDS.includes(time.kind)) refuse(`time.kind is "${time.kind}"`, `one of ${TIME_KINDS.join(", ")}`);
  if (time.kind !== "raw") requireCount("time.count", time.count);
  if (time.kind === "sinusoidal" && !(time.maxFrequency === undefined || (time.maxFrequency >= 1 && time.maxFrequency < 1e6))) {
    refuse(`time.maxFrequency is ${time.maxFrequency}`, "a number from 1 to 10⁶");
  }
}

function requireCount(name: string, value: number, least: 0 | 1 = 1): void {
  if (Number.isSafeInteger(value) && value >= least) return;
  refuse(`${name} is ${value}`, least === 0 ? "an integer ≥ 0" : "a positive integer");
}

function refuse(found: string, expected: string): never {
  throw new RangeError(`Cannot build the network: ${found}; expected ${expected}`);
}
