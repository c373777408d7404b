import { schedulerNamed } from "@fluxion/core";
import { pathOf } from "../data/index.js";
import { EXIT } from "../errors.js";
import { measureFloor, verificationJson, verificationText, verifyPath } from "../work/index.js";
import { type CommandDefinition, defineCommand } from "./command.js";
import { type DataOptions, dataOption, dataSpecOf, loadForCommand, readingOptions } from "./data-options.js";
import { pathOption, samplesOption } from "./path-options.js";
import { wholeNumber } from "./read-option.js";

interface Options extends DataOptions {
  readonly data: string;
  readonly path: string;
  readonly samples: number;
  readonly probes: number;
  readonly trajectories: number;
  readonly draws: number;
}

/** `fluxion verify`: the derivation of the training target, step by step, on any data set. */
export const verifyCommand: CommandDefinition = defineCommand<Options>({
  name: "verify",
  summary: "check every step of the derivation on a data set",
  details:
    "Each check states a step, its residual, its tolerance and where the tolerance comes from. Exit code 1 when one fails.",
  options: [
    dataOption,
    pathOption,
    { flags: "--probes <number>", help: "points of p_t at each time", read: wholeNumber("--probes", 1), fallback: 4 },
    {
      flags: "--trajectories <number>",
      help: "trajectories of the transport checks",
      read: wholeNumber("--trajectories", 8),
      fallback: 64,
    },
    {
      flags: "--draws <number>",
      help: "draws of the direct estimate of the floor",
      read: wholeNumber("--draws", 100),
      fallback: 2000,
    },
    samplesOption,
    ...readingOptions,
  ],
  examples: ["fluxion verify --data moons:100 --trajectories 32", "fluxion verify --data digits --json"],
  async run(context, options) {
    const scheduler = schedulerNamed(options.path);
    const set = loadForCommand(context, dataSpecOf(options.data, options));
    const path = pathOf(set, scheduler);
    const seed = context.seed ?? 0;
    const { probes, trajectories, draws, samples } = options;
    const floor = measureFloor(path, { seed, samples }, context.progress);
    const verification = await verifyPath(path, { seed, floor, probes, trajectories, floorDraws: draws }, context.progress);
    return {
      json: { data: set.name, path: scheduler.name, seed, ...verificationJson(verification) },
      text: verificationText(verification, context.paint),
      exitCode: verification.passed ? EXIT.ok : EXIT.failed,
    };
  },
});
