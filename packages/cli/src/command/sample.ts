import { availableParallelism } from "node:os";
import { type AtomPath, diffusionNamed, diffusionNames, type Points, row, schedulerNamed } from "@fluxion/core";
import { jaxEngine } from "@fluxion/train";
import { type DataSet, pathOf } from "../data/index.js";
import { afterChecks, badInput } from "../errors.js";
import { requireWritableTarget } from "../files/index.js";
import { format, table } from "../terminal/index.js";
import {
  exactSamples,
  type Flow,
  fieldFlow,
  networkFlow,
  openRun,
  type SamplerSpec,
  type SolverSpec,
  sampleExactField,
  sampleNetwork,
  samplerText,
  solverText,
  startingPoints,
} from "../work/index.js";
import { type ClassOptions, classOptions, conditionOf, requireNoClass } from "./class-option.js";
import { type CommandDefinition, type Context, defineCommand, type Outcome } from "./command.js";
import { type DataOptions, dataSpecOf, loadForCommand, readingOptions, requireRunOrData } from "./data-options.js";
import { exactSamplesJson, exactSamplesText, proofArrays } from "./exact-samples-output.js";
import { GEODESIC, sampleOnManifold } from "./geodesic.js";
import { manifoldPathOption } from "./path-options.js";
import { numberWhere, oneOf, wholeNumber } from "./read-option.js";
import { asLists, outFormats, writeArrays } from "./write-arrays.js";

const SOLVERS = ["euler", "midpoint", "heun", "rk4", "dopri5"] as const;

const SAMPLERS = ["ode", "sde", "ddim", "dpm++2m", "unipc"] as const;

interface Options extends DataOptions, ClassOptions {
  readonly path: string;
  readonly count: number;
  readonly sampler: (typeof SAMPLERS)[number];
  readonly diffusion?: string;
  readonly solver: (typeof SOLVERS)[number];
  readonly steps?: number;
  readonly rtol?: number;
  readonly atol?: number;
  readonly exact: boolean;
  readonly tolerance?: number;
  readonly threads: number;
  readonly out?: string;
}

const tolerance = (name: string) => numberWhere(name, (v) => v > 0, "a number above 0");

/** `fluxion sample`: new points by a trained network, or by the exact field of the data. */
export const sampleCommand: CommandDefinition = defineCommand<Options>({
  name: "sample",
  summary: "draw points with a trained network or the exact field",
  details: [
    "From a run directory: the network's field. With --data in place of a directory: the exact field of the data, by the",
    "same solvers. --sampler: ode by --solver; sde adds noise with the schedule --diffusion and keeps every p_t; ddim, dpm++2m",
    "and unipc approximate only the denoiser, with their steps uniform in s/(1 + s), s = α/β. With --exact, from either: whole exact trajectories, each followed until a theorem proves at which data",
    "point it ends; the output holds the proofs. The same seed is the same noise in all three. In npz and json, --exact adds",
    "row, captureTime, error (estimated, of w = x/β) and the proof: every exact trajectory within radius of w at s ends there.",
    "--path geodesic, for earthquakes: by --solver (rk4) and --steps (100) up to t = 0.99, and from there to the data point where one is left.",
  ].join("\n"),
  positional: [["[run]", "a run directory that fluxion train or fluxion run wrote"]],
  options: [
    { flags: "-n, --count <number>", help: "how many points", read: wholeNumber("--count", 1), fallback: 64 },
    { flags: "--sampler <name>", help: SAMPLERS.join(", "), read: oneOf("--sampler", SAMPLERS), fallback: "ode" },
    { flags: "--diffusion <g²>", help: `of sde: ${diffusionNames.join(", ")}, with a factor as in noise:0.5 (noise)` },
    { flags: "--solver <name>", help: SOLVERS.join(", "), read: oneOf("--solver", SOLVERS), fallback: "dopri5" },
    { flags: "--steps <number>", help: "steps of fixed length, of a solver or sampler (50)", read: wholeNumber("--steps", 1) },
    { flags: "--rtol <number>", help: "relative tolerance of dopri5 (1e-5)", read: tolerance("--rtol") },
    { flags: "--atol <number>", help: "absolute tolerance of dopri5 (1e-5)", read: tolerance("--atol") },
    ...classOptions,
    { flags: "--exact", help: "exact trajectories with a proof of their ends", fallback: false },
    { flags: "--tolerance <number>", help: "of --exact: error of a step in w = x/β (1e-4)", read: tolerance("--tolerance") },
    {
      flags: "--threads <number>",
      help: "of --exact: threads",
      read: wholeNumber("--threads", 1),
      fallback: availableParallelism(),
      fallbackText: "all cores",
    },
    { flags: "--out <file>", help: "npy, npz, csv, json, or png for images" },
    { flags: "--data <name|file>", help: "the exact field of these data, in place of a run directory" },
    manifoldPathOption,
    ...readingOptions,
  ],
  examples: [
    "fluxion sample --data moons:200 -n 16 --solver rk4 --steps 20 --seed 1 --out s.npy",
    "fluxion sample --data digits -n 9 --solver euler --steps 10 --out digits.png",
    "fluxion sample --data moons:200 -n 8 --sampler unipc --steps 12",
    "fluxion sample --data moons:200 -n 8 --sampler sde --diffusion memoryless --steps 100",
    "fluxion sample --data moons:200 -n 8 --exact",
    "fluxion sample --data earthquakes --path geodesic -n 4 --solver euler --steps 50",
  ],
  async run(context, options, [folder]) {
    const out = options.out === undefined ? undefined : context.resolve(options.out);
    if (out !== undefined) {
      outFormats(out, 1);
      requireWritableTarget(context.io.files, out);
    }
    requireRunOrData("sample", folder, options.data);
    const sampler = samplerOf(options);
    if (options.path === GEODESIC && folder === undefined) return sampleOnManifold(context, options);
    if (options.exact || folder === undefined) requireNoClass(options);
    if (options.exact) return sampleWithProofs(context, options, folder);
    if (options.tolerance !== undefined) {
      throw badInput("Cannot use --tolerance: it belongs to --exact; expected --rtol and --atol, or --exact");
    }
    const solver = sampler ?? solverOf(options);
    const { flow, set, by } = await draw(context, options, solver, folder);
    if (out !== undefined) {
      const array = { shape: [flow.x.size, flow.x.dim], data: flow.x.data };
      writeArrays(context.io.files, out, { samples: array }, { image: set.image, range: extentOf(set.atoms.points) });
    }
    const { size, dim } = flow.x;
    const ofClass = options.class === undefined ? {} : { class: options.class, guidance: options.guidance ?? 1 };
    const about = {
      by,
      ...ofClass,
      data: set.name,
      solver: howText(solver),
      seed: context.seed ?? 0,
      points: size,
      dim,
      nfe: flow.nfe,
    };
    const kind = options.class === undefined ? "" : ` of class ${options.class}`;
    const drawn = `Drew ${format.count(size, "point")}${kind} by the ${by}, ${about.solver}, ${format.count(flow.nfe, "evaluation")}`;
    return {
      json: {
        ...about,
        ...(out === undefined ? { samples: asLists({ shape: [size, dim], data: flow.x.data }) } : { out: options.out }),
      },
      text: out === undefined ? `${drawn}\n${firstRows(flow.x)}` : `${drawn}; wrote ${options.out}\n`,
    };
  },
});

/** A sampler other than a solver of the flow. @throws CliError where options contradict each other. */
function samplerOf(options: Options): SamplerSpec | undefined {
  const { sampler, diffusion, steps = 50 } = options;
  if (diffusion !== undefined && sampler !== "sde") {
    throw badInput("Cannot use --diffusion: only --sampler sde has one; expected both or neither");
  }
  if (sampler === "ode") return undefined;
  if (options.exact || options.solver !== "dopri5" || options.rtol !== undefined || options.atol !== undefined) {
    throw badInput(`Cannot use a solver, a tolerance or --exact with --sampler ${sampler}: expected --steps alone`);
  }
  return sampler === "sde" ? { sampler, steps, diffusion: diffusionNamed(diffusion ?? "noise") } : { sampler, steps };
}

const howText = (how: SolverSpec | SamplerSpec): string => ("sampler" in how ? samplerText(how) : solverText(how));

/** @throws CliError where options contradict each other. */
function solverOf({ solver, steps, rtol, atol }: Options): SolverSpec {
  if (solver === "dopri5" && steps !== undefined) {
    throw badInput("Cannot use --steps: dopri5 chooses its own steps; expected --rtol and --atol, or another --solver");
  }
  if (solver !== "dopri5" && (rtol !== undefined || atol !== undefined)) {
    throw badInput(`Cannot use --rtol and --atol: the steps of ${solver} are fixed; expected --steps, or --solver dopri5`);
  }
  return { solver, steps: steps ?? 50, rtol: rtol ?? 1e-5, atol: atol ?? 1e-5 };
}

/** Exact trajectories over the data of a run or of `--data`, with their proofs. */
async function sampleWithProofs(context: Context, options: Options, folder: string | undefined): Promise<Outcome> {
  const { io, progress } = context;
  if (options.solver !== "dopri5" || [options.steps, options.rtol, options.atol].some((v) => v !== undefined)) {
    throw badInput("Cannot use a solver with --exact: its steps follow from the tolerance; expected --tolerance alone");
  }
  const { path, set } = await exactSource(context, options, folder);
  if (path.bandwidth > 0) {
    throw badInput("Cannot prove the ends: the data are smoothed and a trajectory ends near many points; expected --bandwidth 0");
  }
  const seed = context.seed ?? 0;
  const request = { tolerance: options.tolerance ?? 1e-4, threads: options.threads, progress, signal: io.signal };
  const samples = await exactSamples(path, startingPoints(path, seed, options.count), request);
  const out = options.out === undefined ? undefined : context.resolve(options.out);
  const points = { shape: [samples.x.size, samples.x.dim], data: samples.x.data };
  if (out !== undefined) {
    const proofs = /\.(npz|json)$/i.test(out) ? proofArrays(samples, set) : {}; // other formats hold one array
    writeArrays(io.files, out, { samples: points, ...proofs }, { image: set.image, range: extentOf(set.atoms.points) });
  }
  const about = { by: "exact trajectories", data: set.name, seed, points: samples.x.size, dim: samples.x.dim };
  const shown = out === undefined ? { samples: asLists(points) } : { out: options.out };
  return {
    json: { ...about, ...exactSamplesJson(samples, set), ...shown },
    text: exactSamplesText(samples, set) + (out === undefined ? "" : `wrote ${options.out}\n`),
  };
}

async function exactSource(context: Context, options: Options, folder: string | undefined) {
  if (folder !== undefined) return openRun(context.resolve(folder), await jaxEngine(), context.io);
  const set = loadForCommand(context, dataSpecOf(options.data ?? "", options));
  return { set, path: pathOf(set, schedulerNamed(options.path)) };
}

interface Drawn {
  readonly flow: Flow;
  readonly set: DataSet;
  readonly by: "network" | "exact field";
}

async function draw(
  context: Context,
  options: Options,
  how: SolverSpec | SamplerSpec,
  folder: string | undefined,
): Promise<Drawn> {
  const { io, progress } = context;
  const seed = context.seed ?? 0;
  const watch = { progress, signal: io.signal };
  const exactly = (path: AtomPath, set: DataSet): Drawn => {
    const start = startingPoints(path, seed, options.count);
    const flow =
      "sampler" in how
        ? sampleExactField(path, start, { spec: how, seed, ...watch })
        : fieldFlow(path, start, { solver: how, ...watch });
    return { flow, set, by: "exact field" };
  };
  if (folder === undefined) {
    const set = loadForCommand(context, dataSpecOf(options.data ?? "", options));
    return exactly(pathOf(set, schedulerNamed(options.path)), set);
  }
  const { path, set, model } = openRun(context.resolve(folder), await jaxEngine(), io);
  const field = model.fieldOf(conditionOf(options, model.network, set));
  const start = startingPoints(path, seed, options.count);
  const flow = await afterChecks(() =>
    "sampler" in how
      ? sampleNetwork(field, path, start, { spec: how, seed, ...watch })
      : networkFlow(field, start, { solver: how, ...watch }),
  );
  return { flow, set, by: "network" };
}

/** The least and the greatest coordinate of the data: black and white of their pictures. */
function extentOf({ data }: Points): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const v of data) {
    low = Math.min(low, v);
    high = Math.max(high, v);
  }
  return high > low ? [low, high] : [low, low + 1];
}

function firstRows(x: Points): string {
  const shown = Math.min(8, x.size);
  const rows = Array.from({ length: shown }, (_, b) => [
    String(b),
    ...Array.from(row(x, b).subarray(0, 6), (v) => format.number(v, 5)),
    x.dim > 6 ? "…" : "",
  ]);
  const more = x.size > shown ? `  … ${format.count(x.size - shown, "more point")}; --out writes all\n` : "";
  return table(rows, rows[0]?.map(() => "r" as const) ?? []) + more;
}
