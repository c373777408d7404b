import { type MarginalField, type Points, points, type Quantity, row, rows, schedulerNamed } from "@fluxion/core";
import { type DataSet, pathOf, readFileTable } from "../data/index.js";
import { badInput } from "../errors.js";
import { requireWritableTarget } from "../files/index.js";
import { format, table } from "../terminal/index.js";
import { type CommandDefinition, type Context, defineCommand } from "./command.js";
import { type DataOptions, dataOption, dataSpecOf, loadForCommand, readingOptions } from "./data-options.js";
import { pathOption } from "./path-options.js";
import { someOf, timeOption, wholeNumber } from "./read-option.js";
import { type OutArray, outFormats, writeArrays } from "./write-arrays.js";

/** What `--want` takes: every quantity that needs no directions. */
const WANTED = ["velocity", "score", "denoiser", "noise", "logDensity", "divergence", "traceCov", "entropy", "ess"] as const;
type Wanted = (typeof WANTED)[number] & Quantity;

/** Those with one value a coordinate; the others have one a point. */
const VECTORS: ReadonlySet<Wanted> = new Set<Wanted>(["velocity", "score", "denoiser", "noise"]);

interface Options extends DataOptions {
  readonly data: string;
  readonly path: string;
  readonly t: number;
  readonly at: string;
  readonly want: readonly Wanted[];
  readonly top: number;
  readonly out?: string;
}

/** `fluxion field`: the exact marginal vector field and all that follows from the same scan, at given points. */
export const fieldCommand: CommandDefinition = defineCommand<Options>({
  name: "field",
  summary: "the exact marginal vector field and all that one scan gives",
  details: [
    "Every value is exact: all data points are read, in float64, in a fixed order. x is given in the coordinates of the",
    "scaled data. --out: npz and json hold the arrays under the names of --want, float64, [B, D] or [B]; npy and csv one",
    "array. --top adds topIndices (int32: rows of the data as given; a repeated point is its first row) and topWeights.",
  ].join("\n"),
  options: [
    dataOption,
    pathOption,
    { flags: "--t <number>", help: "the time, from 0 (noise) to 1 (data)", read: timeOption("--t"), required: true },
    { flags: "--at <file>", help: "the points x, one a row: npy, npz, csv", required: true },
    {
      flags: "--want <names>",
      help: `what to compute: ${WANTED.join(",")}`,
      read: someOf("--want", WANTED),
      fallback: ["velocity"],
    },
    { flags: "--top <k>", help: "also the k largest posterior weights", read: wholeNumber("--top", 0), fallback: 0 },
    { flags: "--out <file>", help: "npz, npy, csv or json; without it, a table" },
    ...readingOptions,
  ],
  examples: [
    "fluxion data moons:200 --seed 1 --out moons.npy",
    "fluxion data moons:3 --seed 2 --out x.csv",
    "fluxion field --data moons.npy --t 0.3 --at x.csv --want velocity,logDensity,ess --top 2",
    "fluxion field --data moons.npy --t 0.3 --at x.csv --want velocity,divergence --out field.npz",
  ],
  async run(context, options) {
    const out = options.out === undefined ? undefined : context.resolve(options.out);
    const names = [...options.want, ...(options.top > 0 ? ["topIndices", "topWeights"] : [])];
    if (out !== undefined) {
      outFormats(out, names.length);
      requireWritableTarget(context.io.files, out);
    }
    const scheduler = schedulerNamed(options.path);
    const set = loadForCommand(context, dataSpecOf(options.data, options));
    const { field } = pathOf(set, scheduler);
    const x = readPoints(context, options.at, field.dim);
    const arrays = await evaluate(context, { field, set, x }, options);
    if (out !== undefined) writeArrays(context.io.files, out, arrays);
    const about = {
      path: scheduler.name,
      t: options.t,
      points: x.size,
      dim: x.dim,
      certificate: { promise: "exact", evaluations: x.size * set.atoms.points.size, skipped: 0, backend: "reference" },
    };
    const shapes = Object.fromEntries(Object.entries(arrays).map(([name, { shape }]) => [name, shape]));
    return {
      json: { ...about, ...(out === undefined ? { values: nested(arrays) } : { out: options.out, shapes }) },
      text:
        out === undefined
          ? tableOf(arrays, x)
          : `Wrote ${names.join(", ")} at ${format.count(x.size, "point")} to ${options.out}\n`,
    };
  },
});

/**
 * The points of a file; one row of D numbers is one point also where a file holds them as a list.
 * @throws CliError, exit code 2, when they are not of dimension `dim`.
 */
export function readPoints({ io, resolve }: Pick<Context, "io" | "resolve">, path: string, dim: number): Points {
  const { data, shape, columns } = readFileTable(io.files, resolve(path));
  const width = shape.length === 1 && data.length === dim ? dim : columns;
  if (width === dim) return points(data, dim);
  throw badInput(`Cannot use the points of "${path}": they have dim ${width}, the data have dim ${dim}; expected equal dims`);
}

/** Points a scan, between which the process may look at the outer world. */
const BATCH = 64;

async function evaluate(
  { progress }: Context,
  { field, set, x }: { field: MarginalField; set: DataSet; x: Points },
  { t, want, top }: Options,
): Promise<Record<string, OutArray>> {
  const k = Math.min(top, set.atoms.points.size);
  const lengths = new Map<string, number>(want.map((name) => [name, VECTORS.has(name) ? x.dim : 1]));
  const values = new Map(want.map((name) => [name, new Float64Array(x.size * (lengths.get(name) ?? 1))]));
  const topIndices = new Int32Array(x.size * k);
  const topWeights = new Float64Array(x.size * k);
  const task = progress.start("field", x.size, "points");
  for (let from = 0; from < x.size; from += BATCH) {
    const to = Math.min(x.size, from + BATCH);
    const answer = field.quantities(t, rows(x, from, to), want, { top: k });
    for (const [name, into] of values) into.set(answer.values[name] ?? [], from * (lengths.get(name) ?? 1));
    topIndices.set(
      answer.top.indices.map((i) => (i < 0 ? i : (set.firstRow[i] ?? -1))),
      from * k,
    );
    topWeights.set(answer.top.weights, from * k);
    task.update(to);
    await new Promise(setImmediate);
  }
  task.end();
  const arrays: Record<string, OutArray> = {};
  for (const [name, data] of values) arrays[name] = { shape: VECTORS.has(name) ? [x.size, x.dim] : [x.size], data };
  if (top > 0) {
    arrays.topIndices = { shape: [x.size, k], data: topIndices };
    arrays.topWeights = { shape: [x.size, k], data: topWeights };
  }
  return arrays;
}

/** Arrays as lists, and matrices as lists of rows. */
function nested(arrays: Readonly<Record<string, OutArray>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, data }]) => {
      const [size = 0, width] = shape;
      if (width === undefined) return [name, data];
      return [name, Array.from({ length: size }, (_, b) => data.subarray(b * width, (b + 1) * width))];
    }),
  );
}

const SHOWN_POINTS = 20;
const SHOWN_COORDINATES = 4;

function tableOf(arrays: Readonly<Record<string, OutArray>>, x: Points): string {
  const names = Object.keys(arrays);
  const shown = Math.min(x.size, SHOWN_POINTS);
  const body = Array.from({ length: shown }, (_, b) => [
    String(b),
    coordinates(row(x, b)),
    ...names.map((name) => {
      const { shape, data } = arrays[name] ?? { shape: [0], data: new Float64Array() };
      const width = shape[1] ?? 1;
      return coordinates(data.subarray(b * width, (b + 1) * width));
    }),
  ]);
  const rest = x.size > shown ? `  … ${format.count(x.size - shown, "more point")}; --out writes all\n` : "";
  return table([["", "x", ...names], ...body], ["r", "l", ...names.map(() => "l" as const)]) + rest;
}

function coordinates(values: ArrayLike<number>): string {
  const shown = Array.from(values).slice(0, SHOWN_COORDINATES);
  const texts = shown.map((v) => format.number(v, 5));
  return texts.join(" ") + (values.length > shown.length ? " …" : "");
}
