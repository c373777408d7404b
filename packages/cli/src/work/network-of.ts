import { fluxionConvention, type Gaussian, requireConvention } from "@fluxion/core";
import { type NamedArrays, readSafetensors, writeSafetensors } from "@fluxion/io";
import {
  buildNetwork,
  buildOptimizer,
  type Condition,
  type Engine,
  flatParameters,
  type LearnerState,
  type Network,
  type NetworkField,
  namedParameters,
  networkField,
  type Optimizer,
  withBase,
} from "@fluxion/train";
import * as z from "zod";
import type { DataSet } from "../data/index.js";
import { badInput } from "../errors.js";
import { type FileSystem, readBytes } from "../files/index.js";
import type { NetworkSpec, TrainSpec } from "../spec/index.js";
import { canonicalJson } from "../terminal/index.js";
import { conventionText, readConvention } from "./convention-text.js";
import { baseFieldOf, baseTensors, splitBase } from "./network-base.js";

/** What of the data the shape of a network depends on. */
export interface NetworkData {
  readonly dim: number;
  /** The picture that a row is. */
  readonly image?: { readonly width: number; readonly height: number } | undefined;
  /** Distinct classes; 0 where the data have none. */
  readonly classes?: number;
}

/** What the network of a data set depends on. */
export function networkDataOf({ atoms, image, labels }: Pick<DataSet, "atoms" | "image" | "labels">): NetworkData {
  return { dim: atoms.points.dim, image, classes: labels?.names.length ?? 0 };
}

/** The network of a spec. @throws CliError when the data are no pictures, or have not the classes that it asks for. */
export function networkOf({ base: _, ...spec }: NetworkSpec, { dim, image, classes = 0 }: NetworkData): Network {
  if (spec.classes > 0 && spec.classes !== classes) {
    const found = classes === 0 ? "the data have no labels" : `the data have ${classes}`;
    throw badInput(`Cannot condition the network on ${spec.classes} classes: ${found}; expected "network.classes" of ${classes}`);
  }
  if (spec.kind !== "unet") {
    const { residual, ...perceptron } = spec;
    return buildNetwork({ ...perceptron, dim, ...(residual === undefined ? {} : { residual }) });
  }
  if (image === undefined) {
    throw badInput(`Cannot build a U-Net: the data are no pictures; expected "data.image" with their width and height`);
  }
  return buildNetwork({ ...spec, image: [1, image.height, image.width] });
}

/** The optimizer of a spec. */
export function optimizerOf({
  steps,
  learningRate: rate,
  warmup,
  schedule,
  optimizer,
  weightDecay,
  clip,
  ema,
}: TrainSpec): Optimizer {
  const learningRate =
    schedule === "cosine" ? ({ kind: "cosine", rate, steps, warmup } as const) : ({ kind: "constant", rate, warmup } as const);
  return buildOptimizer({ ...optimizer, learningRate, weightDecay, clipNorm: clip, emaDecay: ema });
}

/** What a model file says beside its weights. */
export interface ModelAbout {
  readonly path: string;
  /** Digest of the data it was trained on. */
  readonly data: string;
  readonly step: number;
  /** The Gaussian whose exact field the network is added to. */
  readonly base: Gaussian | undefined;
}

/** The averaged weights as a safetensors file that says what they are. */
export function modelBytes(network: Network, state: Pick<LearnerState, "ema">, about: ModelAbout): Uint8Array {
  const views = namedParameters(network.parameters, state.ema);
  const tensors: NamedArrays = Object.fromEntries(
    network.parameters.map(({ name, shape }) => [name, { dtype: "float32", shape, data: views[name] ?? new Float32Array() }]),
  );
  return writeSafetensors(
    { ...tensors, ...baseTensors(about.base) },
    {
      format: "fluxion-model-1",
      convention: conventionText(fluxionConvention),
      average: "ema",
      network: canonicalJson(network.spec),
      path: about.path,
      data: about.data,
      step: String(about.step),
    },
  );
}

const metadataSchema = z.object({
  format: z.literal("fluxion-model-1"),
  convention: z.string(),
  network: z.string(),
  path: z.string(),
  data: z.string(),
  step: z.string().regex(/^\d+$/),
});

/** The weights of a model file, on the host. */
export interface ModelWeights extends ModelAbout {
  readonly network: Network;
  /** θ, [P]: the running mean of the training. */
  readonly theta: Float32Array;
}

/**
 * Reads the weights of a model file.
 * @throws CliError or SyntaxError with a sentence when it is no model of fluxion, RangeError when its convention is another.
 */
export function readWeights(files: FileSystem, path: string): ModelWeights {
  const { tensors, metadata } = readSafetensors(readBytes(files, path));
  const about = metadataSchema.safeParse(metadata);
  if (!about.success) {
    throw badInput(`Cannot use "${path}": its metadata describe no velocity network; expected a model that fluxion train wrote`);
  }
  requireConvention(readConvention(about.data.convention, path), fluxionConvention);
  const network = buildNetwork(JSON.parse(about.data.network));
  const { base, rest } = splitBase(tensors, path);
  const named = Object.fromEntries(
    Object.entries(rest).map(([name, { data }]) => [name, Float32Array.from(data as Float32Array)]),
  );
  const { path: scheduler, data, step } = about.data;
  return { network, theta: flatParameters(network.parameters, named), base, path: scheduler, data, step: Number(step) };
}

/** A trained velocity network, ready to be evaluated. */
export interface Model extends ModelAbout {
  readonly network: Network;
  /** Its field without a class. */
  readonly field: NetworkField;
  /** Its field of a class, guided or not. */
  readonly fieldOf: (condition: Condition) => NetworkField;
}

/** Reads a model file into an engine. @throws as `readWeights`. */
export function readModel(files: FileSystem, path: string, engine: Engine): Model {
  const { theta: weights, ...about } = readWeights(files, path);
  const { network, base } = about;
  const theta = engine.resident(weights, [network.parameterCount]);
  const fieldOf = (condition: Condition): NetworkField => {
    const own = networkField(engine, network, theta, condition);
    return base === undefined ? own : withBase(baseFieldOf(base, about.path), own);
  };
  return { ...about, field: fieldOf({}), fieldOf };
}
