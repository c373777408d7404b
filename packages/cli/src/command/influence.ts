import { availableParallelism } from "node:os";
import { schedulerNamed, takeRows } from "@fluxion/core";
import { imageGrid, writePng } from "@fluxion/io";
import { type DataSet, pathOf } from "../data/index.js";
import { badInput } from "../errors.js";
import { requireWritableTarget, writeAtomic } from "../files/index.js";
import { format, table } from "../terminal/index.js";
import { exactSamples, influencesOf, type SampleInfluence, startingPoints } from "../work/index.js";
import { type CommandDefinition, defineCommand } from "./command.js";
import { type DataOptions, dataOption, dataSpecOf, loadForCommand, readingOptions } from "./data-options.js";
import { pathOption } from "./path-options.js";
import { numberWhere, wholeNumber } from "./read-option.js";

interface Options extends DataOptions {
  readonly data: string;
  readonly path: string;
  readonly count: number;
  readonly top: number;
  readonly tolerance: number;
  readonly out?: string;
}

/** `fluxion influence`: which data points made each sample of the exact field. */
export const influenceCommand: CommandDefinition = defineCommand<Options>({
  name: "influence",
  summary: "which data points made each sample of the exact field",
  details: [
    "In w = x/β, s = α/β an exact trajectory is its noise and what every data point has added to it: dw/ds = Σ λ_i z_i. The",
    "share of a point is ∫ λ_i ds over s, from the noise until the end is proved; shares sum to one. The noise is that of",
    "fluxion sample with the same seed. --out a.png shows, a row a sample, where it ends and then the points by share.",
  ].join("\n"),
  options: [
    dataOption,
    pathOption,
    { flags: "-n, --count <number>", help: "how many samples", read: wholeNumber("--count", 1), fallback: 4 },
    { flags: "--top <k>", help: "how many data points of each", read: wholeNumber("--top", 1), fallback: 6 },
    {
      flags: "--tolerance <number>",
      help: "error of a step of the trajectory in w",
      read: numberWhere("--tolerance", (v) => v > 0, "a number above 0"),
      fallback: 1e-4,
    },
    { flags: "--out <file.png>", help: "a sheet of pictures, where the data are pictures" },
    ...readingOptions,
  ],
  examples: [
    "fluxion influence --data moons:100 -n 3 --seed 1",
    "fluxion influence --data digits -n 4 --top 8 --out influence.png",
  ],
  async run(context, options) {
    const { io, progress } = context;
    const out = options.out === undefined ? undefined : context.resolve(options.out);
    if (out !== undefined) {
      if (!/\.png$/i.test(out)) {
        throw badInput(
          `Cannot write "${options.out}": influence is shown in pictures; expected a name that ends in .png, or --json`,
        );
      }
      requireWritableTarget(io.files, out);
    }
    const set = loadForCommand(context, dataSpecOf(options.data, options));
    if (out !== undefined && set.image === undefined) {
      throw badInput(`Cannot write "${options.out}": the rows are no pictures; expected image data, or --json`);
    }
    const path = pathOf(set, schedulerNamed(options.path));
    const noise = startingPoints(path, context.seed ?? 0, options.count);
    const follow = { tolerance: options.tolerance, threads: availableParallelism(), progress, signal: io.signal };
    const samples = await exactSamples(path, noise, follow);
    const found = influencesOf(path, noise, samples, { top: options.top, progress, signal: io.signal });
    if (out !== undefined) writeAtomic(io.files, out, sheetOf(found, set));
    return {
      json: {
        data: set.name,
        seed: context.seed ?? 0,
        samples: found.map((one) => rowsOf(one, set)),
        ...(out ? { out: options.out } : {}),
      },
      text: `${textOf(found, set)}${out === undefined ? "" : `  wrote ${options.out}\n`}`,
    };
  },
});

/** An influence in rows of the data as given. */
function rowsOf({ end, captureTime, atoms, shares, effective }: SampleInfluence, { firstRow }: DataSet) {
  const row = (atom: number): number => firstRow[atom] ?? -1;
  return { row: row(end), captureTime, effective, rows: Array.from(atoms, row), shares };
}

function textOf(found: readonly SampleInfluence[], set: DataSet): string {
  const body = found.map((one, b) => {
    const { row, captureTime, effective, rows, shares } = rowsOf(one, set);
    const parts = rows.map((r, k) => `${r} (${format.number(100 * (shares[k] ?? 0), 3)} %)`);
    return [String(b), String(row), format.number(captureTime, 3), format.number(effective, 3), parts.join("  ")];
  });
  return table([["", "ends at row", "proved at t", "effective points", "rows by share"], ...body], ["r", "r", "r", "r", "l"]);
}

/** Sheet pixels along a side of an image pixel. */
const SCALE = 4;

/** A row a sample: where it ends, then the points of the largest shares. */
function sheetOf(found: readonly SampleInfluence[], { atoms: { points }, image }: DataSet): Uint8Array {
  if (image === undefined) throw new Error("internal: a sheet of rows that are no pictures");
  const columns = 1 + Math.max(...found.map(({ atoms }) => atoms.length));
  const shown = takeRows(points, Int32Array.from(found.flatMap(({ end, atoms }) => [end, ...atoms])));
  const [low, high] = points.data.reduce(([least, most], v) => [Math.min(least, v), Math.max(most, v)], [Infinity, -Infinity]);
  return writePng(imageGrid(shown.data, { ...image, columns, scale: SCALE, range: high > low ? [low, high] : [low, low + 1] }));
}
