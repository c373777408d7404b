import { fork, rngOf, toySets } from "@fluxion/core";
import { type DataDescription, type DataSet, dataNames, describeData } from "../data/index.js";
import { badInput } from "../errors.js";
import { requireWritableTarget } from "../files/index.js";
import { format, table } from "../terminal/index.js";
import { type CommandDefinition, type Context, defineCommand, type Outcome } from "./command.js";
import { type DataOptions, dataSpecOf, loadForCommand, readingOptions } from "./data-options.js";
import { wholeNumber } from "./read-option.js";
import { writeArrays } from "./write-arrays.js";

interface Options extends DataOptions {
  readonly list: boolean;
  readonly count?: number;
  readonly out?: string;
}

/** `fluxion data`: what a data set looks like before any model, and toy sets as files. */
export const dataCommand: CommandDefinition = defineCommand<Options>({
  name: "data",
  summary: "describe a data set, or write it to a file",
  details:
    "Names: digits and the toy sets of --list, with a number of points as in moons:500. Files: npy, npz, csv, safetensors, idx, each also .gz.",
  positional: [["[name|file]", "the data"]],
  options: [
    { flags: "--list", help: "list the data sets that have names", fallback: false },
    { flags: "-n, --count <number>", help: "how many points of a toy set", read: wholeNumber("--count", 1) },
    { flags: "--out <file>", help: "write the points: npy, npz, csv, json, or png for images" },
    ...readingOptions,
  ],
  examples: ["fluxion data digits", "fluxion data moons:200 --seed 1 --out moons.npy", "fluxion data --list"],
  run(context, options, [name]) {
    if (options.list) return listed();
    if (name === undefined) throw badInput("Cannot describe data: there is no name or file; expected one, or --list");
    const from = options.count === undefined ? name : withCount(name, options.count);
    const out = options.out === undefined ? undefined : context.resolve(options.out);
    if (out !== undefined) requireWritableTarget(context.io.files, out);
    const set = loadForCommand(context, dataSpecOf(from, options));
    const description = describeData(set, fork(rngOf(context.seed ?? 0), "nearest"));
    if (out !== undefined) exportRows(context, set, out);
    return { json: { ...description, ...(out === undefined ? {} : { out: options.out }) }, text: textOf(description, context) };
  },
});

function withCount(name: string, count: number): string {
  const [set = ""] = name.split(":");
  if (Object.hasOwn(toySets, set)) return `${set}:${count}`;
  throw badInput(
    `Cannot draw ${count} points of "${name}": it is no toy set; expected one of ${Object.keys(toySets).join(", ")}`,
  );
}

/** What the sets are that this package ships. */
const SHIPPED: Readonly<Record<string, string>> = {
  digits: "1,797 handwritten digits, 8 × 8 grey levels",
  earthquakes: "1,679 earthquakes of a week, on the sphere",
};

function listed(): Outcome {
  const sets = dataNames.map((name) => ({ name, parameters: toySets[name]?.defaults ?? {} }));
  const rows = sets.map(({ name, parameters }) => [
    name,
    SHIPPED[name] ??
      Object.entries(parameters)
        .map(([key, value]) => `${key} ${typeof value === "number" ? format.number(value, 4) : value}`)
        .join(", "),
  ]);
  return { json: { sets }, text: table(rows, ["l", "l"]) };
}

/** The rows as they were given, repeats included, after scaling. */
function exportRows({ io }: Context, set: DataSet, path: string): void {
  const { points, atomOfRow } = set.atoms;
  const D = points.dim;
  const data = new Float64Array(atomOfRow.length * D);
  atomOfRow.forEach((atom, r) => {
    data.set(points.data.subarray(atom * D, (atom + 1) * D), r * D);
  });
  const labels = set.labels === undefined ? {} : { labels: set.labels };
  writeArrays(io.files, path, { points: { shape: [set.rows, D], data } }, { ...labels, image: set.image });
}

function textOf(d: DataDescription, { paint }: Context): string {
  const { number } = format;
  const size = d.merged === 0 ? number(d.points) : `${number(d.points)} distinct, from ${number(d.rows)} rows`;
  const image = d.image === undefined ? "" : ` (${d.image.width} × ${d.image.height} pixels)`;
  const rows = [
    ["points N", size],
    ["dimension D", `${number(d.dim)}${image}`],
    ["range", `${number(d.min)} … ${number(d.max)}`],
    ["‖mean‖", number(d.meanNorm)],
    ["tr Cov", number(d.traceCov)],
    ["entropy", `${number(d.entropy)} nats${d.merged === 0 && d.effectivePoints > d.points - 0.5 ? " = log N" : ""}`],
  ];
  if (d.nearest !== undefined) {
    const { of, min, lowerQuartile, median, upperQuartile, max } = d.nearest;
    const quantiles = [min, lowerQuartile, median, upperQuartile, max].map((v) => number(v, 4)).join(" · ");
    rows.push(["nearest point", `${quantiles}  (min · ¼ · ½ · ¾ · max${of < d.points ? ` of ${number(of)} points` : ""})`]);
  }
  if (d.classes !== undefined) {
    const classes = Object.entries(d.classes).map(([name, count]) => `${name}: ${number(count)}`);
    rows.push(["classes", classes.length > 12 ? `${classes.length}` : classes.join(", ")]);
  }
  if (d.bandwidth > 0) rows.push(["bandwidth", number(d.bandwidth)]);
  rows.push(["digest", d.digest.slice(0, 16)]);
  return `${paint("bold", d.name)}\n${table(rows, ["l", "l"])}`;
}
