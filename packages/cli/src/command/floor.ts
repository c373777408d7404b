import { type Floor, schedulerNamed } from "@fluxion/core";
import { pathOf } from "../data/index.js";
import { type Alignment, format, table } from "../terminal/index.js";
import { floorJson, measureFloor } from "../work/index.js";
import { type CommandDefinition, defineCommand } from "./command.js";
import { type DataOptions, dataOption, dataSpecOf, loadForCommand, readingOptions } from "./data-options.js";
import { floorOnManifold, GEODESIC } from "./geodesic.js";
import { manifoldPathOption, samplesOption } from "./path-options.js";

interface Options extends DataOptions {
  readonly data: string;
  readonly path: string;
  readonly samples: number;
}

/** `fluxion floor`: the part of the conditional flow matching loss that no network can remove. */
export const floorCommand: CommandDefinition = defineCommand<Options>({
  name: "floor",
  summary: "the irreducible floor of the loss, by time, with the area theorem",
  details: "L_CFM = L_FM + V. V is summed over the dimensions; divide by D for a loss per coordinate (perDim).",
  options: [dataOption, manifoldPathOption, samplesOption, ...readingOptions],
  examples: [
    "fluxion floor --data moons:200",
    "fluxion floor --data earthquakes --path geodesic",
    "fluxion floor --data digits --path cosine --samples 64 --json",
  ],
  run(context, options) {
    if (options.path === GEODESIC) return floorOnManifold(context, options);
    const scheduler = schedulerNamed(options.path);
    const set = loadForCommand(context, dataSpecOf(options.data, options));
    const path = pathOf(set, scheduler);
    const seed = context.seed ?? 0;
    const floor = measureFloor(path, { seed, samples: options.samples }, context.progress);
    return {
      json: { data: set.name, path: scheduler.name, seed, samples: options.samples, ...floorJson(floor, path) },
      text: textOf(floor, path.entropy),
    };
  },
});

/** Times at which the table shows the floor. */
const SHOWN = [0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95];

function textOf(floor: Floor, entropy: number): string {
  const { number } = format;
  const area = floor.area === null ? "–" : `${number(floor.area.mean)} ± ${number(floor.area.standardError, 2)}`;
  const exact = Number.isFinite(entropy) ? number(entropy) : "∞";
  const head = table(
    [
      ["floor V", `${number(floor.value)} ± ${number(floor.standardError, 2)}`],
      ["per dimension", number(floor.perDim)],
      ["area ∫ s E tr Cov ds", `${area}  (H(data) = ${exact} nats)`],
    ],
    ["l", "l"],
  );
  const nearestTo = (t: number) =>
    floor.byTime.reduce((best, point) => (Math.abs(point.t - t) < Math.abs(best.t - t) ? point : best));
  const points = [...new Set(SHOWN.map(nearestTo))];
  const body = points.map((p) => [
    number(p.t, 3),
    number(p.floor, 4),
    number(p.traceCov, 4),
    number(p.entropy, 4),
    number(p.ess, 4),
  ]);
  const alignments: Alignment[] = ["r", "r", "r", "r", "r"];
  return `${head}\n${table([["t", "floor", "E tr Cov", "posterior entropy", "effective points"], ...body], alignments)}`;
}
