import { extname, join } from "node:path";
import { tableauNamed } from "@fluxion/core";
import { isTorchcfmMlp, type ModelCheck, type SamplerSteps, torchModule } from "@fluxion/train";
import { badInput } from "../errors.js";
import { requireWritableTarget, writeAtomic } from "../files/index.js";
import { runDirectory } from "../runs/index.js";
import { exportModel, type ModelWeights, requireNoBase, type WeightsKind, weightsFile, weightsOfRun } from "../work/index.js";
import { type CommandDefinition, type Context, defineCommand, type Outcome } from "./command.js";
import { oneOf, wholeNumber } from "./read-option.js";

const FORMATS = ["onnx", "safetensors", "python"] as const;
const SAMPLERS = ["euler", "midpoint", "rk4"] as const;
const WEIGHTS = ["ema", "last"] as const;

interface Options {
  readonly format: (typeof FORMATS)[number];
  readonly sampler?: (typeof SAMPLERS)[number];
  readonly steps?: number;
  readonly weights: WeightsKind;
  readonly out?: string;
}

/** `fluxion export`: a trained network for other programs. */
export const exportCommand: CommandDefinition = defineCommand<Options>({
  name: "export",
  summary: "write a trained network as ONNX, safetensors or a PyTorch module",
  details: [
    "onnx: t [B], x [B, D] and, with classes, y one-hot [B, K] to velocity [B, D], for any B; with --sampler, x0 to x1 in --steps",
    "steps as one graph. The model is run in ONNX Runtime where that is installed and compared with the network in float64.",
    "safetensors: the weights under PyTorch's names, net.0.weight, … for an mlp with raw time, which torchcfm.models.MLP loads",
    "where it is of that shape. python: a PyTorch module with the same forward pass, and its weights beside it.",
  ].join("\n"),
  positional: [["<run>", "a run directory that fluxion train or fluxion run wrote"]],
  options: [
    { flags: "--format <name>", help: FORMATS.join(", "), read: oneOf("--format", FORMATS), fallback: "onnx" },
    { flags: "--sampler <name>", help: `of onnx: ${SAMPLERS.join(", ")}`, read: oneOf("--sampler", SAMPLERS) },
    { flags: "--steps <number>", help: "of --sampler: steps of equal length", read: wholeNumber("--steps", 1) },
    {
      flags: "--weights <which>",
      help: "ema, the running mean, or last, those of the last step",
      read: oneOf("--weights", WEIGHTS),
      fallback: "ema",
    },
    { flags: "--out <file>", help: "the file (model.onnx, sampler.onnx, weights.safetensors or velocity.py in the run)" },
  ],
  examples: [
    "fluxion train examples/moons.yaml --out runs/export-me --steps 40",
    "fluxion export runs/export-me --format onnx",
    "fluxion export runs/export-me --sampler midpoint --steps 8 --out sampler.onnx",
    "fluxion export runs/export-me --format python --out velocity.py",
  ],
  async run(context, options, [folder = ""]) {
    const sampler = samplerOf(options);
    const directory = runDirectory(context.resolve(folder));
    const shown = options.out ?? join(folder, DEFAULT_NAME[sampler ? "sampler" : options.format]);
    const out = context.resolve(shown);
    const weights = weightsOfRun(context.io.files, directory, options.weights);
    requireWritableTarget(context.io.files, out);
    const job = { context, options, weights, out, shown };
    if (options.format === "onnx") return exportOnnx(job, sampler);
    return options.format === "python" ? exportPython(job) : exportSafetensors(job);
  },
});

const DEFAULT_NAME = {
  onnx: "model.onnx",
  sampler: "sampler.onnx",
  safetensors: "weights.safetensors",
  python: "velocity.py",
} as const;

/** @throws CliError where options contradict each other. */
function samplerOf({ format, sampler, steps }: Options): SamplerSteps | undefined {
  if ((sampler === undefined) !== (steps === undefined)) {
    throw badInput("Cannot export a sampler: there is one of --sampler and --steps; expected both or neither");
  }
  if (sampler === undefined || steps === undefined) return undefined;
  if (format !== "onnx") throw badInput(`Cannot export a sampler to ${format}: expected --format onnx`);
  return { tableau: tableauNamed(sampler), steps };
}

interface Job {
  readonly context: Context;
  readonly options: Options;
  readonly weights: ModelWeights;
  readonly out: string;
  readonly shown: string;
}

async function exportOnnx({ context, options, weights, out, shown }: Job, sampler: SamplerSteps | undefined): Promise<Outcome> {
  const { model, check, unchecked } = await exportModel(weights, { average: options.weights, sampler });
  writeAtomic(context.io.files, out, model);
  if (unchecked !== undefined) context.progress.warn(`the model was not run: ${unchecked}`);
  const what = sampler === undefined ? "the velocity" : `a sampler of ${sampler.steps} ${sampler.tableau.name} steps`;
  return {
    json: {
      ...aboutOf(options, weights),
      ...(sampler ? { sampler: options.sampler, steps: options.steps } : {}),
      out: shown,
      check: check ?? null,
    },
    text: `Wrote ${what} to ${shown}, ${checkText(check)}\n`,
  };
}

function checkText(check: ModelCheck | undefined): string {
  if (check === undefined) return "not checked: ONNX Runtime is not installed";
  return `checked: ONNX Runtime and the host differ by ${check.difference.toExponential(1)} at ${check.points} points`;
}

function exportSafetensors({ context, options, weights, out, shown }: Job): Outcome {
  writeAtomic(context.io.files, out, weightsFile(weights, options.weights));
  return {
    json: { ...aboutOf(options, weights), torchcfm: isTorchcfmMlp(weights.network), out: shown },
    text: `Wrote the weights to ${shown}${loaderText(weights)}\n`,
  };
}

/** How torchcfm's own class loads the weights. */
function loaderText({ network }: ModelWeights): string {
  if (!isTorchcfmMlp(network) || network.spec.kind !== "mlp") return "";
  return `; they load into torchcfm.models.MLP(dim=${network.dim}, w=${network.spec.width}, time_varying=True)`;
}

function exportPython({ context, options, weights, out, shown }: Job): Outcome {
  requireNoBase(weights, "python");
  if (extname(out) !== ".py")
    throw badInput(`Cannot export to "${shown}": it is no name of a module; expected one that ends in .py`);
  const file = `${out.slice(0, -extname(out).length)}.safetensors`;
  const source = torchModule(weights.network);
  writeAtomic(context.io.files, file, weightsFile(weights, options.weights));
  writeAtomic(context.io.files, out, source);
  return {
    json: { ...aboutOf(options, weights), out: shown },
    text: `Wrote a PyTorch module to ${shown}, and its weights beside it; load() gives the network\n`,
  };
}

const aboutOf = ({ format, weights: average }: Options, { network, step }: ModelWeights) => ({
  format,
  weights: average,
  network: network.spec.kind,
  parameters: network.parameterCount,
  step,
});
