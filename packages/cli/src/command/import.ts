import { writeAtomic } from "../files/index.js";
import { format } from "../terminal/index.js";
import {
  gaussianBaseOf,
  modelBytes,
  networkDataOf,
  networkOf,
  openDirectory,
  orAbandon,
  readWeightsFile,
  writeRunJson,
} from "../work/index.js";
import { type CommandDefinition, defineCommand } from "./command.js";
import { prepareForCommand, type SpecOptions, specOptions } from "./train.js";

interface Options extends SpecOptions {
  readonly weights: string;
}

/** `fluxion import`: weights that another program trained, as a run. */
export const importCommand: CommandDefinition = defineCommand<Options>({
  name: "import",
  summary: "make a run of weights that PyTorch trained",
  details: [
    "The safetensors file holds the arrays of the network of the spec, under the names of fluxion export or those of a PyTorch",
    "Sequential called net, as torchcfm.models.MLP has; the network must give the velocity, with t = 0 noise and t = 1 data.",
    "The run then takes sample, eval, likelihood and export.",
  ].join("\n"),
  positional: [["<spec>", "a YAML or JSON file with the data, the path and the network"]],
  options: [
    { flags: "--weights <file>", help: "the safetensors file", required: true },
    ...specOptions.filter(({ flags }) => flags.startsWith("--out") || flags.startsWith("--set")),
  ],
  examples: [
    "fluxion train examples/moons.yaml --out runs/first --steps 40",
    "fluxion export runs/first --format safetensors --out w.safetensors",
    "fluxion import examples/moons.yaml --weights w.safetensors --out runs/second",
  ],
  run(context, options, [file = ""]) {
    const { io, resolve } = context;
    const prepared = prepareForCommand(context, file, options);
    const { spec, set, path } = prepared;
    const network = networkOf(spec.network, networkDataOf(set));
    const ema = readWeightsFile(io.files, resolve(options.weights), network);
    const folder = options.out ?? `runs/${spec.name}`;
    const directory = openDirectory(io.files, resolve(folder), prepared, "new");
    orAbandon(io.files, directory, "new", () => {
      const about = { path: spec.path, data: set.digest, step: 0, base: gaussianBaseOf(spec.network, path) };
      writeAtomic(io.files, directory.model, modelBytes(network, { ema }, about));
      writeRunJson(io.files, directory, prepared, network);
    });
    return {
      json: { out: folder, parameters: network.parameterCount },
      text: `Imported ${format.count(network.parameterCount, "parameter")} into ${folder}\n`,
    };
  },
});
