import { jaxEngine } from "@fluxion/train";
import { afterChecks } from "../errors.js";
import { format } from "../terminal/index.js";
import { evaluateNetwork, evaluationJson, evaluationText, measureFloor, openRun } from "../work/index.js";
import { type CommandDefinition, defineCommand } from "./command.js";
import { wholeNumber } from "./read-option.js";

interface Options {
  readonly count?: number;
}

/** `fluxion eval`: a trained network against the exact field and against the data. */
export const evalCommand: CommandDefinition = defineCommand<Options>({
  name: "eval",
  summary: "measure a network against the exact field and the data",
  details: [
    "Excess loss over the exact floor, by time too; W2 with what a perfect generator scores and an interval, W1, sliced W2, MMD,",
    "precision, recall, density and coverage, energy distance, copies of data points, straightness, path energy, and how far",
    "network and exact field end from the same noise. --seed sets that noise.",
  ].join("\n"),
  positional: [["<run>", "a run directory that fluxion train or fluxion run wrote"]],
  options: [{ flags: "-n, --count <number>", help: "how many samples (those of the spec)", read: wholeNumber("--count", 2) }],
  examples: [
    "fluxion train examples/moons.yaml --out runs/eval-me --steps 40",
    "fluxion eval runs/eval-me -n 64",
    "fluxion eval runs/eval-me -n 64 --json",
  ],
  async run({ io, progress, resolve, seed }, { count }, [folder = ""]) {
    const { spec, set, path, model } = openRun(resolve(folder), await jaxEngine(), io);
    const sample = { ...spec.sample, count: count ?? spec.sample.count, seed: seed ?? spec.sample.seed };
    const floor = measureFloor(path, { seed: spec.seed, samples: spec.floor.samples }, progress);
    const input = { path, field: model.field, seed: spec.seed, sample, batch: spec.train.evaluationBatch, floor };
    const { evaluation } = await afterChecks(() => evaluateNetwork(input, { progress, signal: io.signal }));
    const about = { run: folder, data: set.name, path: path.field.scheduler.name, step: model.step };
    return {
      json: { ...about, ...evaluationJson(evaluation, floor, { sample, dim: path.field.dim }) },
      text: `${folder}, ${format.count(model.step, "step")}\n${evaluationText(evaluation, floor)}`,
    };
  },
});
