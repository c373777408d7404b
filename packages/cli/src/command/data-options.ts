import { type DataSet, loadData } from "../data/index.js";
import { badInput } from "../errors.js";
import type { Progress } from "../progress/index.js";
import type { DataSpec } from "../spec/index.js";
import { format } from "../terminal/index.js";
import type { Context, OptionDefinition } from "./command.js";
import { numberWhere } from "./read-option.js";

/** The options that say which data and how to read them. */
export interface DataOptions {
  readonly data?: string;
  readonly weights?: string;
  readonly bandwidth: number;
  readonly labels?: string;
  readonly array?: string;
  readonly header: boolean;
  readonly scale?: { readonly factor: number; readonly offset: number };
}

/** Options of every command that reads data, besides `--data` itself. */
export const readingOptions: readonly OptionDefinition[] = [
  { flags: "--weights <file>", help: "one positive weight a row, as npy or csv" },
  {
    flags: "--bandwidth <h>",
    help: "smooth the data with a Gaussian of this width (0: the points themselves)",
    read: numberWhere("--bandwidth", (h) => h >= 0, "a number of at least 0"),
    fallback: 0,
  },
  { flags: "--array <name>", help: "the array to take from an npz or safetensors file of several" },
  { flags: "--labels <column>", help: "the column that holds classes: last, a number from 0, or a name; the array, in npz" },
  { flags: "--header", help: "the first row of a csv names its columns", fallback: false },
  { flags: "--scale <factor,offset>", help: "every coordinate v becomes factor·v + offset", read: readScale },
];

/** `--data`, required. */
export const dataOption: OptionDefinition = {
  flags: "--data <name|file>",
  help: "digits, earthquakes, a toy set as moons:2000, the folder of a store, or a file: npy, npz, csv, safetensors, idx, each also .gz",
  required: true,
};

function readScale(text: string): NonNullable<DataOptions["scale"]> {
  const parts = text.split(",");
  const number = (part: string): number => numberWhere("--scale", () => true, "two numbers as 0.125,-1")(part);
  if (parts.length !== 2) throw badInput(`Cannot read --scale: it is "${text}"; expected two numbers as 0.125,-1`);
  const [factor = 0, offset = 0] = parts.map(number);
  if (factor === 0) throw badInput(`Cannot read --scale: the factor is 0; expected another number`);
  return { factor, offset };
}

/** The data part of a spec that the options amount to. */
export function dataSpecOf(from: string, options: DataOptions): DataSpec {
  return {
    from,
    bandwidth: options.bandwidth,
    ...(options.weights === undefined ? {} : { weights: options.weights }),
    ...(options.scale === undefined ? {} : { scale: options.scale }),
    ...(options.labels === undefined ? {} : { labels: /^\d+$/.test(options.labels) ? Number(options.labels) : options.labels }),
    ...(options.array === undefined ? {} : { array: options.array }),
    ...(options.header ? { header: true } : {}),
  };
}

/** Loads the data of a spec and tells what was done to them. */
export function loadForCommand({ io, progress, seed }: Context, spec: DataSpec, fallbackSeed = 0): DataSet {
  const set = loadData(spec, { files: io.files, cwd: io.cwd, seed: seed ?? fallbackSeed });
  noteMerging(progress, set);
  if (set.atoms.points.size === 1) {
    progress.warn(`${set.name} is one distinct point: the marginal field is the conditional field of that point`);
  }
  return set;
}

/** Says how many rows repeat others. */
export function noteMerging(progress: Progress, { name, atoms: { merged, points } }: DataSet): void {
  if (merged === 0) return;
  const repeats = `${format.count(merged, "row repeats", "rows repeat")} an earlier one`;
  progress.note(`${name}: ${repeats}; merged into the weights of ${format.count(points.size, "distinct point")}`);
}

/** Throws unless there is just one of a run directory and `--data`. */
export function requireRunOrData(action: string, folder: string | undefined, data: string | undefined): void {
  if ((folder === undefined) !== (data === undefined)) return;
  const given = folder === undefined ? "neither a run directory nor --data" : "both a run directory and --data";
  throw badInput(`Cannot ${action}: there is ${given}; expected one of them`);
}
