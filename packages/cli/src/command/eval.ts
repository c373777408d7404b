import { jaxEngine } from "@fluxion/train";
import { loadData, pathOf } from "../data/index.js";
import { afterChecks, badInput } from "../errors.js";
import { format } from "../terminal/index.js";
import {
  evaluateNetwork,
  evaluationJson,
  evaluationText,
  type FinishedRun,
  gradientNoiseText,
  type HeldOut,
  heldOutLoss,
  heldOutText,
  measureFloor,
  measureGradientNoise,
  openRun,
  readWeights,
} from "../work/index.js";
import { type CommandDefinition, type Context, defineCommand } from "./command.js";
import { numberWhere, wholeNumber } from "./read-option.js";

interface Options {
  readonly count?: number;
  readonly gradientNoise?: number;
  readonly heldOut?: string;
}

/** `fluxion eval`: a trained network against the exact field and against the data. */
export const evalCommand: CommandDefinition = defineCommand<Options>({
  name: "eval",
  summary: "measure a network against the exact field and the data",
  details: [
    "Excess loss over the exact floor, by time too; W2 with what a perfect generator scores and an interval, W1, sliced W2, MMD,",
    "precision, recall, density and coverage, energy distance, copies of data points, straightness, path energy, and how far",
    "network and exact field end from the same noise. --seed sets that noise. --gradient-noise compares gradients of pairs with those",
    "of exact targets at the trained weights; --held-out measures the loss on points of the same shape that were not trained on.",
  ].join("\n"),
  positional: [["<run>", "a run directory that fluxion train or fluxion run wrote"]],
  options: [
    { flags: "-n, --count <number>", help: "how many samples (those of the spec)", read: wholeNumber("--count", 2) },
    {
      flags: "--gradient-noise <batches>",
      help: "also the noise of the gradient over so many batches, an even number",
      read: numberWhere("--gradient-noise", (v) => v >= 4 && v % 2 === 0, "an even number of at least 4"),
    },
    { flags: "--held-out <data>", help: "also the loss on other data, scaled as those of the spec" },
  ],
  examples: [
    "fluxion train examples/moons.yaml --out runs/eval-me --steps 40",
    "fluxion eval runs/eval-me -n 64",
    "fluxion eval runs/eval-me -n 64 --json",
    "fluxion eval runs/eval-me -n 64 --gradient-noise 8 --held-out moons:500",
  ],
  async run({ io, progress, resolve, seed }, { count, gradientNoise, heldOut }, [folder = ""]) {
    const engine = await jaxEngine();
    const { directory, spec, set, path, model } = openRun(resolve(folder), engine, io);
    const sample = { ...spec.sample, count: count ?? spec.sample.count, seed: seed ?? spec.sample.seed };
    const floor = measureFloor(path, { seed: spec.seed, samples: spec.floor.samples }, progress);
    const input = { path, field: model.field, seed: spec.seed, sample, batch: spec.train.evaluationBatch, floor };
    const { evaluation } = await afterChecks(() => evaluateNetwork(input, { progress, signal: io.signal }));
    const noise =
      gradientNoise === undefined
        ? undefined
        : await measureGradientNoise(
            { spec, path, weights: readWeights(io.files, directory.model), engine, batches: gradientNoise },
            progress,
          );
    const held = heldOut === undefined ? undefined : await measureHeldOut({ spec, path, model }, heldOut, { io, progress });
    const about = { run: folder, data: set.name, path: path.field.scheduler.name, step: model.step };
    return {
      json: {
        ...about,
        ...evaluationJson(evaluation, floor, { sample, dim: path.field.dim }),
        ...(noise ? { gradientNoise: noise } : {}),
        ...(held ? { heldOut: held } : {}),
      },
      text: [
        `${folder}, ${format.count(model.step, "step")}\n${evaluationText(evaluation, floor)}`,
        ...(noise ? [gradientNoiseText(noise)] : []),
        ...(held ? [heldOutText(held)] : []),
      ].join(""),
    };
  },
});

/** The loss on other data; a toy set is drawn anew, so that its points are not those of the training. */
async function measureHeldOut(
  { spec, path, model }: Pick<FinishedRun, "spec" | "path" | "model">,
  from: string,
  { io, progress }: Pick<Context, "io" | "progress">,
): Promise<HeldOut> {
  const { scale, bandwidth, labels } = spec.data;
  const set = loadData({ from, scale, bandwidth, labels }, { files: io.files, cwd: io.cwd, seed: spec.seed + 1 });
  if (set.atoms.points.dim !== path.field.dim) {
    throw badInput(
      `Cannot hold out "${from}": its points have ${set.atoms.points.dim} coordinates; expected ${path.field.dim}, as the training`,
    );
  }
  const held = pathOf(set, path.field.scheduler);
  const { seed, floor, train } = spec;
  const input = { path, held, field: model.field, batch: train.evaluationBatch, seed, samples: floor.samples };
  return heldOutLoss(input, progress);
}
