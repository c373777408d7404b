import type { Floor } from "@fluxion/core";
import { toJson } from "@fluxion/io";
import { afterChecks, EXIT } from "../errors.js";
import { writeAtomic } from "../files/index.js";
import type { RunDirectory } from "../runs/index.js";
import { format } from "../terminal/index.js";
import {
  type Directory,
  floorJson,
  measureFloor,
  openDirectory,
  orAbandon,
  type PreparedRun,
  prepareRun,
  type TrainNetworkOutcome,
  trainingEngine,
  trainNetwork,
  writeRunJson,
} from "../work/index.js";
import { type CommandDefinition, type Context, defineCommand, type OptionDefinition, type Outcome } from "./command.js";
import { noteMerging } from "./data-options.js";
import { wholeNumber } from "./read-option.js";

/** The options that change a spec from the command line. */
export interface SpecOptions {
  readonly out?: string;
  readonly resume: boolean;
  readonly steps?: number;
  readonly set: readonly string[];
}

/** Options of every command that takes a spec. */
export const specOptions: readonly OptionDefinition[] = [
  { flags: "--out <folder>", help: "the run directory (runs/ and the name of the spec)" },
  { flags: "--resume", help: "continue from the newest checkpoint of the run directory", fallback: false },
  { flags: "--steps <number>", help: "short for --set train.steps=number", read: wholeNumber("--steps", 1) },
  {
    flags: "--set <key=value>",
    help: "change the spec, as train.batch=64; may be repeated",
    read: (text, earlier) => [...(Array.isArray(earlier) ? earlier : []), text],
    fallback: [],
  },
];

/** Reads the spec with the changes of the command line, and the data. */
export function prepareForCommand({ io, progress, resolve, seed }: Context, file: string, options: SpecOptions): PreparedRun {
  const settings = [
    ...options.set,
    ...(options.steps === undefined ? [] : [`train.steps=${options.steps}`]),
    ...(seed === undefined ? [] : [`seed=${seed}`]),
  ];
  const prepared = prepareRun({ files: io.files, cwd: io.cwd, file: resolve(file), settings });
  noteMerging(progress, prepared.set);
  return prepared;
}

/** Measures the floor and writes it into the run directory, which is given up again where there is no floor. */
export function floorInto(
  directory: RunDirectory,
  { io, progress }: Context,
  { spec, path }: PreparedRun,
  how: Directory,
): Floor {
  const measure = () => measureFloor(path, { seed: spec.seed, samples: spec.floor.samples }, progress);
  const floor = orAbandon(io.files, directory, how, measure);
  writeAtomic(io.files, directory.floor, `${toJson(floorJson(floor, path), { indent: 2 })}\n`);
  return floor;
}

/** `fluxion train`: a velocity network against the exact floor of its loss. */
export const trainCommand: CommandDefinition = defineCommand<SpecOptions>({
  name: "train",
  summary: "train a velocity network on the data of a spec",
  details: [
    "Writes the resolved spec, metrics.jsonl, checkpoints and model.safetensors into the run directory. Ctrl-C finishes the",
    "step, writes a checkpoint and exits with code 130; --resume then continues to the same bytes.",
  ].join("\n"),
  positional: [["<spec>", "a YAML or JSON file, as examples/moons.yaml"]],
  options: specOptions,
  examples: [
    "fluxion train examples/moons.yaml --out runs/moons --steps 40",
    "fluxion train examples/moons.yaml --out runs/small --steps 40 --set network.width=32",
  ],
  async run(context, options, [file = ""]) {
    const { io, progress, resolve } = context;
    const prepared = prepareForCommand(context, file, options);
    const { spec, set, path } = prepared;
    const folder = options.out ?? `runs/${spec.name}`;
    const how = options.resume ? "resume" : "new";
    const directory = openDirectory(io.files, resolve(folder), prepared, how);
    const floor = floorInto(directory, context, prepared, how);
    const engine = await afterChecks(() => trainingEngine(spec.train, progress));
    const release = io.holdInterrupts();
    try {
      const input = { spec, path, set, floor, directory, resume: options.resume };
      const outcome = await afterChecks(() => trainNetwork(input, { engine, files: io.files, progress, signal: io.signal }));
      writeRunJson(io.files, directory, prepared, outcome.learner.network);
      return outcome.status === "done" ? finished(outcome, folder) : interrupted(outcome, { file, folder, spec });
    } finally {
      release();
    }
  },
});

/** The last measurement of the loss in metrics.jsonl. */
function lastEvaluation(metrics: TrainNetworkOutcome["metrics"]): Readonly<Record<string, unknown>> | undefined {
  return metrics.findLast(({ kind }) => kind === "evaluation");
}

const partOf = (estimate: unknown, part: "mean" | "standardError"): number =>
  typeof estimate === "object" && estimate !== null ? Number(Reflect.get(estimate, part)) : Number.NaN;

function finished({ steps, metrics, learner, floor }: TrainNetworkOutcome, folder: string): Outcome {
  const { kind: _, ...last } = lastEvaluation(metrics) ?? {};
  const { number } = format;
  const excess = `${number(partOf(last.fieldError, "mean"), 4)} ± ${number(partOf(last.fieldError, "standardError"), 2)}`;
  const loss = `loss ${number(partOf(last.loss, "mean"), 4)}, floor ${number(floor.value, 4)}, excess ${excess}`;
  return {
    json: { status: "done", out: folder, steps, parameters: learner.network.parameterCount, ...last },
    text: `Trained ${format.count(learner.network.parameterCount, "parameter")} for ${format.count(steps, "step")}: ${loss}\nWrote ${folder}\n`,
  };
}

/** The outcome of a training that Ctrl-C ended, with the command that continues it. */
export function interrupted(
  { steps }: Pick<TrainNetworkOutcome, "steps">,
  { file, folder, spec }: { file: string; folder: string; spec: PreparedRun["spec"] },
  command = "train",
): Outcome {
  const again = `fluxion ${command} ${file} --out ${folder} --resume`;
  const kept =
    steps === 0
      ? "before the first step"
      : `after step ${format.number(steps)} of ${format.number(spec.train.steps)}, with a checkpoint`;
  return {
    json: { status: "interrupted", out: folder, steps, resume: again },
    text: `Stopped ${kept}. To continue (with the same --set): ${again}\n`,
    exitCode: EXIT.interrupted,
  };
}
