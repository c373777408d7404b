import {
  bitsPerDimension,
  type ColumnField,
  estimateLogDensity,
  estimateLogDensityAsync,
  exactDivergenceField,
  exactJvpField,
  flowLogDensity,
  flowLogDensityAsync,
  fork,
  hutchinson,
  hutchPlusPlus,
  type JvpField,
  type MarginalPath,
  type Points,
  rngOf,
  schedulerNamed,
} from "@fluxion/core";
import { jaxEngine } from "@fluxion/train";
import { pathOf } from "../data/index.js";
import { badInput } from "../errors.js";
import { type Alignment, format, table } from "../terminal/index.js";
import { integratorOf, openRun } from "../work/index.js";
import { type CommandDefinition, type Context, defineCommand, type Outcome } from "./command.js";
import { type DataOptions, dataSpecOf, loadForCommand, readingOptions, requireRunOrData } from "./data-options.js";
import { readPoints } from "./field.js";
import { pathOption } from "./path-options.js";
import { numberWhere, oneOf, timeOption, wholeNumber } from "./read-option.js";

const DIVERGENCES = ["exact", "hutchinson", "hutch++"] as const;

interface Options extends DataOptions {
  readonly path: string;
  readonly at: string;
  readonly t: number;
  readonly divergence: (typeof DIVERGENCES)[number];
  readonly probes?: number;
  readonly levelWidth?: number;
}

/** `fluxion likelihood`: log-densities in closed form and by transport. */
export const likelihoodCommand: CommandDefinition = defineCommand<Options>({
  name: "likelihood",
  summary: "log-densities in closed form and by transport",
  details: [
    "With --data: the exact density, and the same by the exact field. Points without --bandwidth have a density for t < 1 only.",
    "From a run directory: the density of the network, with its exact divergence. Nats, and bits per dimension: of the density,",
    "or with --level-width of data in levels of that width, for points that have uniform noise over a level added. Estimated",
    "divergences keep their probes along a trajectory, and come with standard errors.",
  ].join("\n"),
  positional: [["[run]", "a run directory"]],
  options: [
    { flags: "--at <file>", help: "the points x, one a row: npy, npz, csv", required: true },
    { flags: "--t <number>", help: "the time at which the density is wanted", read: timeOption("--t"), fallback: 1 },
    { flags: "--divergence <how>", help: DIVERGENCES.join(", "), read: oneOf("--divergence", DIVERGENCES), fallback: "exact" },
    { flags: "--probes <number>", help: "of estimated divergences: random directions (8)", read: wholeNumber("--probes", 1) },
    {
      flags: "--level-width <number>",
      help: "width of a level of quantised data, for bits/dim",
      read: numberWhere("--level-width", (v) => v > 0, "a number above 0"),
    },
    { flags: "--data <name|file>", help: "the exact density of these data, in place of a run directory" },
    pathOption,
    ...readingOptions,
  ],
  examples: [
    "fluxion data moons:4 --seed 3 --out x.csv",
    "fluxion likelihood --data moons:200 --bandwidth 0.1 --at x.csv",
    "fluxion likelihood --data moons:200 --t 0.9 --at x.csv --json",
    "fluxion likelihood --data moons:200 --bandwidth 0.1 --at x.csv --divergence hutchinson --probes 16",
  ],
  async run(context, options, [folder]) {
    requireRunOrData("compute likelihoods", folder, options.data);
    if (options.divergence === "exact" && options.probes !== undefined) {
      throw badInput("Cannot use --probes: an exact divergence has none; expected --divergence hutchinson or hutch++");
    }
    return folder === undefined ? byExactField(context, options) : byNetwork(context, options, folder);
  },
});

/** log p_0, which is N(0, I) unless the scheduler starts with some signal. */
function startDensity({ field }: MarginalPath): (x: Points) => Float64Array {
  return (x) => field.quantities(0, x, ["logDensity"]).values.logDensity ?? new Float64Array();
}

function byExactField(context: Context, options: Options): Outcome {
  const set = loadForCommand(context, dataSpecOf(options.data ?? "", options));
  const path = pathOf(set, schedulerNamed(options.path));
  const x = readPoints(context, options.at, path.field.dim);
  const closed = path.field.quantities(options.t, x, ["logDensity"]).values.logDensity ?? new Float64Array();
  const task = context.progress.start("integrate the divergence", undefined, "evaluations");
  const how = {
    t: options.t,
    sourceLogDensity: startDensity(path),
    signal: context.io.signal,
    onProgress: (n: number, t: number) => task.update(n, `t = ${format.number(t, 3)}`),
  };
  const found =
    options.divergence === "exact"
      ? flowLogDensity(exactDivergenceField(path.field), x, how)
      : estimateLogDensity(estimatedBy(exactJvpField(path.field), options, context), x, how);
  task.end();
  return outcomeOf({ data: set.name, by: "exact field", t: options.t, dim: x.dim, nfe: found.nfe }, found, { options, closed });
}

/** A field with an estimated divergence; its probes come from the seed. */
function estimatedBy<R extends void | Promise<void>>(field: JvpField<R>, options: Options, context: Context): ColumnField<R> {
  const estimate = options.divergence === "hutchinson" ? hutchinson : hutchPlusPlus;
  return estimate(field, { rng: fork(rngOf(context.seed ?? 0), "probes"), probes: options.probes ?? 8 });
}

/** float32 velocities carry errors of 1e-7, which a tighter tolerance would chase in vain. */
const NETWORK_TOLERANCE = { solver: "dopri5", rtol: 1e-5, atol: 1e-5, steps: 1 } as const;

async function byNetwork(context: Context, options: Options, folder: string): Promise<Outcome> {
  const { path, set, model } = openRun(context.resolve(folder), await jaxEngine(), context.io);
  const x = readPoints(context, options.at, path.field.dim);
  const { field } = model;
  const task = context.progress.start("integrate the divergence", undefined, "evaluations");
  const how = {
    t: options.t,
    integrator: integratorOf(NETWORK_TOLERANCE),
    sourceLogDensity: startDensity(path),
    signal: context.io.signal,
    onProgress: (n: number, t: number) => task.update(n, `t = ${format.number(t, 3)}`),
  };
  const { dim } = field;
  const products: JvpField<Promise<void>> = {
    dim,
    async evaluate(t, at, v, { velocity, jvp }) {
      await field.evaluate(t, at, velocity);
      await field.jvp(t, at, v, jvp);
    },
  };
  const exactly = {
    dim,
    async evaluate(t: number, at: Points, velocity: Points, divergence: Float64Array) {
      await field.evaluate(t, at, velocity);
      divergence.set(await field.divergence(t, at));
    },
  };
  const found =
    options.divergence === "exact"
      ? await flowLogDensityAsync(exactly, x, how)
      : await estimateLogDensityAsync(estimatedBy(products, options, context), x, how);
  task.end();
  return outcomeOf({ data: set.name, by: "network", t: options.t, dim: x.dim, nfe: found.nfe }, found, { options });
}

interface About {
  readonly data: string;
  readonly by: string;
  readonly t: number;
  readonly dim: number;
  readonly nfe: number;
}

const mean = (values: Float64Array): number => values.reduce((sum, v) => sum + v, 0) / values.length;

/** A log-density by transport, with standard errors where its divergence was estimated. */
interface Found {
  readonly logDensity: Float64Array;
  readonly standardError?: Float64Array;
}

interface Reported {
  readonly options: Options;
  readonly closed?: Float64Array;
}

function outcomeOf(about: About, { logDensity, standardError }: Found, { options, closed }: Reported): Outcome {
  const best = closed ?? logDensity;
  const { levelWidth, divergence, probes = 8 } = options;
  const bits = bitsPerDimension(best, about.dim, levelWidth === undefined ? {} : { levelWidth });
  const gap = closed && logDensity.reduce((top, v, b) => Math.max(top, Math.abs(v - (closed[b] ?? 0))), 0);
  const { number } = format;
  const rows = Array.from(best.subarray(0, 20), (v, b) => [
    String(b),
    number(v, 8),
    ...(closed === undefined ? [] : [number(logDensity[b] ?? 0, 8)]),
    ...(standardError === undefined ? [] : [number(standardError[b] ?? 0, 2)]),
    number(bits[b] ?? 0, 5),
  ]);
  const head = [
    "",
    "log p(x), nats",
    ...(closed === undefined ? [] : ["by transport"]),
    ...(standardError === undefined ? [] : ["± std. error"]),
    "bits/dim",
  ];
  const agreement = gap === undefined ? "" : `, largest difference ${number(gap, 2)}`;
  return {
    json: {
      ...about,
      points: best.length,
      ...(closed === undefined ? {} : { closedForm: closed, largestDifference: gap }),
      integrated: logDensity,
      divergence,
      // one probe says nothing of its error, and JSON has no infinity
      ...(standardError === undefined ? {} : { probes, ...(probes > 1 ? { standardError } : {}) }),
      bitsPerDim: bits,
      meanLogDensity: mean(best),
      meanBitsPerDim: mean(bits),
    },
    text: `${table(
      [head, ...rows],
      head.map((): Alignment => "r"),
    )}  mean ${number(mean(best), 6)} nats, ${number(mean(bits), 5)} bits/dim${agreement}\n`,
  };
}
