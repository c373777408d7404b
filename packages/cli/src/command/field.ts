import { type Certificate, type Points, points, type Quantity, row, rows, schedulerNamed } from "@fluxion/core";
import { readFileTable } from "../data/index.js";
import { badInput } from "../errors.js";
import { requireWritableTarget } from "../files/index.js";
import { format, table } from "../terminal/index.js";
import { backendOptions } from "./backend-options.js";
import { certificateJson, certificateText, joinCertificates } from "./certificate-text.js";
import { type CommandDefinition, type Context, defineCommand } from "./command.js";
import { dataOption, readingOptions } from "./data-options.js";
import { type FieldDataOptions, fieldData, memoryOption, type OpenField } from "./field-data.js";
import { fieldOnManifold, GEODESIC } from "./geodesic.js";
import { manifoldPathOption } from "./path-options.js";
import { someOf, timeOption, wholeNumber } from "./read-option.js";
import { type OutArray, outFormats, writeArrays } from "./write-arrays.js";

/** What `--want` takes: every quantity that needs no directions, and the bound of the certificate. */
const WANTED = [
  "velocity",
  "score",
  "denoiser",
  "noise",
  "logDensity",
  "divergence",
  "traceCov",
  "entropy",
  "ess",
  "bound",
] as const;
type Wanted = (typeof WANTED)[number] & (Quantity | "bound");

/** Those with one value a coordinate; the others have one a point. */
const VECTORS: ReadonlySet<Wanted> = new Set<Wanted>(["velocity", "score", "denoiser", "noise"]);

interface Options extends FieldDataOptions {
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
    "x is given in the coordinates of the scaled data. --promise says what the values are worth. exact: all data points are",
    "read, in float64, in a fixed order, the same bytes for any number of threads. certified:1e-6: any way of computing whose",
    "proved error of the posterior mean is at most 1e-6 of the radius of the data. statistical:1024: from 1,024 data points",
    "drawn at random, with the standard error. --backend auto: the reference where the question is small, else wasm; for a",
    "certified promise the fastest of wasm, native and tree, measured. --out: npz and json hold the arrays under the names of",
    "--want, float64, [B, D] or [B]; npy and csv one array. --want bound is the error bound of each posterior mean. --top adds",
    "topIndices (int32: rows of the data as given; a repeated point is its first row) and topWeights. A store (fluxion store)",
    "stays on the disk: it is read once for as many points as --memory has room for. --path geodesic is for data on the sphere:",
    "earthquakes. Its points are unit vectors, or longitude and latitude in degrees; it has velocity and logDensity (null: zero).",
  ].join("\n"),
  options: [
    dataOption,
    manifoldPathOption,
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
    ...backendOptions,
    memoryOption,
    ...readingOptions,
  ],
  examples: [
    "fluxion data moons:200 --seed 1 --out moons.npy",
    "fluxion data moons:3 --seed 2 --out x.csv",
    "fluxion field --data moons.npy --t 0.3 --at x.csv --want velocity,logDensity,ess --top 2",
    "fluxion field --data moons.npy --t 0.3 --at x.csv --want velocity,divergence --out field.npz",
    "fluxion field --data moons.npy --t 0.3 --at x.csv --promise certified:1e-6 --backend tree",
  ],
  async run(context, options) {
    const out = options.out === undefined ? undefined : context.resolve(options.out);
    const names = [...options.want, ...(options.top > 0 ? ["topIndices", "topWeights"] : [])];
    if (out !== undefined) {
      outFormats(out, names.length);
      requireWritableTarget(context.io.files, out);
    }
    if (options.path === GEODESIC) return fieldOnManifold(context, options);
    const scheduler = schedulerNamed(options.path);
    const data = fieldData(context, options);
    const x = readPoints(context, options.at, data.dim);
    const opened = await data.open(scheduler, options.t, x);
    const { arrays, certificate } = await evaluate(context, { opened, size: data.size, x }, options).finally(opened.close);
    if (out !== undefined) writeArrays(context.io.files, out, arrays);
    const about = {
      path: scheduler.name,
      t: options.t,
      points: x.size,
      dim: x.dim,
      certificate: certificateJson(certificate, options.promise, opened.why),
    };
    const shapes = Object.fromEntries(Object.entries(arrays).map(([name, { shape }]) => [name, shape]));
    return {
      json: { ...about, ...(out === undefined ? { values: nested(arrays) } : { out: options.out, shapes }) },
      text:
        (out === undefined
          ? tableOf(arrays, x)
          : `Wrote ${names.join(", ")} at ${format.count(x.size, "point")} to ${options.out}\n`) +
        certificateText(certificate, options.promise, opened.why),
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

async function evaluate(
  { progress }: Context,
  { opened, size, x }: { opened: OpenField; size: number; x: Points },
  { t, want, top }: Options,
): Promise<{ arrays: Record<string, OutArray>; certificate: Certificate }> {
  const k = Math.min(top, size);
  const batch = opened.pointsPerScan(k);
  const asked = want.filter((name) => name !== "bound");
  const lengths = new Map<string, number>(asked.map((name) => [name, VECTORS.has(name) ? x.dim : 1]));
  const values = new Map(asked.map((name) => [name, new Float64Array(x.size * (lengths.get(name) ?? 1))]));
  const topIndices = new Int32Array(x.size * k);
  const topWeights = new Float64Array(x.size * k);
  const certificates: Certificate[] = [];
  const task = progress.start("field", x.size, "points");
  for (let from = 0; from < x.size; from += batch) {
    const to = Math.min(x.size, from + batch);
    const answer = await opened.field.quantities(t, rows(x, from, to), asked, { top: k });
    certificates.push(answer.certificate);
    for (const [name, into] of values) into.set(answer.values[name] ?? [], from * (lengths.get(name) ?? 1));
    topIndices.set(await opened.rowsAsGiven(answer.top.indices), from * k);
    topWeights.set(answer.top.weights, from * k);
    task.update(to);
    await new Promise(setImmediate);
  }
  task.end();
  const certificate = joinCertificates(certificates);
  const arrays: Record<string, OutArray> = {};
  for (const name of want) {
    const data = name === "bound" ? boundOf(certificate, t) : (values.get(name) ?? new Float64Array());
    arrays[name] = { shape: VECTORS.has(name) ? [x.size, x.dim] : [x.size], data };
  }
  if (top > 0) {
    arrays.topIndices = { shape: [x.size, k], data: topIndices };
    arrays.topWeights = { shape: [x.size, k], data: topWeights };
  }
  return { arrays, certificate };
}

function boundOf({ bound }: Certificate, t: number): Float64Array {
  if (bound !== undefined) return bound;
  throw badInput(`Cannot give "bound" at t = ${t}: the limit is a data point itself; expected a time before 1`);
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
