import { fluxionConvention } from "@fluxion/core";
import { type NamedArrays, writeSafetensors } from "@fluxion/io";
import {
  checkModel,
  flatParameters,
  isTorchcfmMlp,
  loadRuntime,
  type ModelCheck,
  namedParameters,
  type Runtime,
  type SamplerSteps,
  samplerModel,
  velocityModel,
  weightNames,
} from "@fluxion/train";
import { badInput, failed } from "../errors.js";
import type { FileSystem } from "../files/index.js";
import { type RunDirectory, readCheckpointTensors } from "../runs/index.js";
import { canonicalJson } from "../terminal/index.js";
import { conventionText } from "./convention-text.js";
import { baseTensors } from "./network-base.js";
import { type ModelWeights, readWeights } from "./network-of.js";

/** Which weights of a training: their running mean, or those of the last step. */
export type WeightsKind = "ema" | "last";

/** The weights of a finished run. @throws CliError when its training has not finished, or its last checkpoint is gone. */
export function weightsOfRun(files: FileSystem, directory: RunDirectory, kind: WeightsKind): ModelWeights {
  if (!files.exists(directory.model)) {
    throw badInput(
      `Cannot export "${directory.path}": there is no model.safetensors; expected a run whose training has finished`,
    );
  }
  const weights = readWeights(files, directory.model);
  if (kind === "ema") return weights;
  const tensors = readCheckpointTensors(files, directory.checkpoints, weights.step);
  const own = Object.entries(tensors).filter(([name]) => name.startsWith("theta."));
  const named = Object.fromEntries(own.map(([name, { data }]) => [name.slice("theta.".length), data as Float32Array]));
  return { ...weights, theta: flatParameters(weights.network.parameters, named) };
}

/** What every exported file says of itself. */
function metadataOf({ network, path, step }: ModelWeights, average: WeightsKind): Record<string, string> {
  return {
    predicts: "velocity",
    convention: conventionText(fluxionConvention),
    average,
    network: canonicalJson(network.spec),
    path,
    step: String(step),
    ...(isTorchcfmMlp(network) ? { loads: "torchcfm.models.MLP" } : {}),
  };
}

/** The weights as PyTorch names them, and the Gaussian that the network is added to, if any. */
export function weightsFile(weights: ModelWeights, average: WeightsKind): Uint8Array {
  const { network, theta, base } = weights;
  const views = namedParameters(network.parameters, theta);
  const names = weightNames(network);
  const tensors: NamedArrays = Object.fromEntries(
    network.parameters.map(({ name, shape }, i) => [
      names[i] ?? name,
      { dtype: "float32", shape, data: views[name] ?? new Float32Array() },
    ]),
  );
  return writeSafetensors({ ...tensors, ...baseTensors(base) }, { format: "pt", ...metadataOf(weights, average) });
}

/** An ONNX model, and how far it is from the host; undefined where ONNX Runtime is not installed, with the reason. */
export interface ExportedModel {
  readonly model: Uint8Array;
  readonly check: ModelCheck | undefined;
  readonly unchecked: string | undefined;
}

/**
 * The network, or a whole sampler with it, as an ONNX model that was run and compared.
 * @throws CliError, exit code 1, where the runtime's answer is another: then there is no model.
 */
export async function exportModel(
  weights: ModelWeights,
  { average, sampler }: { readonly average: WeightsKind; readonly sampler: SamplerSteps | undefined },
  load: () => Promise<Runtime> = loadRuntime,
): Promise<ExportedModel> {
  requireNoBase(weights, "onnx");
  const trained = { network: weights.network, theta: weights.theta, metadata: metadataOf(weights, average) };
  const model = sampler === undefined ? velocityModel(trained) : samplerModel(trained, sampler);
  let runtime: Runtime;
  try {
    runtime = await load();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { model, check: undefined, unchecked: error.message };
  }
  const check = await checkModel(model, trained, { runtime, ...(sampler ? { sampler } : {}) });
  if (!check.passed) {
    throw failed(
      `Cannot export the network: ONNX Runtime differs from the host by ${check.difference.toExponential(1)}; expected at most 1e-5`,
    );
  }
  return { model, check, unchecked: undefined };
}

/** @throws CliError, exit code 2, for a network that is only a part of its field. */
export function requireNoBase({ base }: Pick<ModelWeights, "base">, format: string): void {
  if (base === undefined) return;
  throw badInput(
    `Cannot export the network to ${format}: it is added to the field of a Gaussian, which would be missing; expected a network with base none, or --format safetensors`,
  );
}
