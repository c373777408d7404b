import {
  exactDivergenceField,
  flowLogDensity,
  flowLogDensityAsync,
  type MarginalPath,
  type Points,
  schedulerNamed,
} from "@fluxion/core";
import { jaxEngine } from "@fluxion/train";
import { pathOf } from "../data/index.js";
import { type Alignment, format, table } from "../terminal/index.js";
import { integratorOf, openRun } from "../work/index.js";
import { type CommandDefinition, type Context, defineCommand, type Outcome } from "./command.js";
import { type DataOptions, dataSpecOf, loadForCommand, readingOptions, requireRunOrData } from "./data-options.js";
import { readPoints } from "./field.js";
import { pathOption } from "./path-options.js";
import { timeOption } from "./read-option.js";

interface Options extends DataOptions {
  readonly path: string;
  readonly at: string;
  readonly t: number;
}

/** `fluxion likelihood`: log-densities in closed form and by transport. */
export const likelihoodCommand: CommandDefinition = defineCommand<Options>({
  name: "likelihood",
  summary: "log-densities in closed form and by transport",
  details: [
    "With --data: the exact density, and the same by the exact field. Points without --bandwidth have a density for t < 1 only.",
    "From a run directory: the density of the network, with its exact divergence. Nats, and bits per dimension.",
  ].join("\n"),
  positional: [["[run]", "a run directory"]],
  options: [
    { flags: "--at <file>", help: "the points x, one a row: npy, npz, csv", required: true },
    { flags: "--t <number>", help: "the time at which the density is wanted", read: timeOption("--t"), fallback: 1 },
    { flags: "--data <name|file>", help: "the exact density of these data, in place of a run directory" },
    pathOption,
    ...readingOptions,
  ],
  examples: [
    "fluxion data moons:4 --seed 3 --out x.csv",
    "fluxion likelihood --data moons:200 --bandwidth 0.1 --at x.csv",
    "fluxion likelihood --data moons:200 --t 0.9 --at x.csv --json",
  ],
  async run(context, options, [folder]) {
    requireRunOrData("compute likelihoods", folder, options.data);
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
  const { logDensity, nfe } = flowLogDensity(exactDivergenceField(path.field), x, {
    t: options.t,
    sourceLogDensity: startDensity(path),
    signal: context.io.signal,
    onProgress: (n, t) => task.update(n, `t = ${format.number(t, 3)}`),
  });
  task.end();
  return outcomeOf({ data: set.name, by: "exact field", t: options.t, dim: x.dim, nfe }, logDensity, closed);
}

/** float32 velocities carry errors of 1e-7, which a tighter tolerance would chase in vain. */
const NETWORK_TOLERANCE = { solver: "dopri5", rtol: 1e-5, atol: 1e-5, steps: 1 } as const;

async function byNetwork(context: Context, options: Options, folder: string): Promise<Outcome> {
  const { path, set, model } = openRun(context.resolve(folder), await jaxEngine(), context.io);
  const x = readPoints(context, options.at, path.field.dim);
  const { field } = model;
  const task = context.progress.start("integrate the divergence", undefined, "evaluations");
  const { logDensity, nfe } = await flowLogDensityAsync(
    {
      dim: field.dim,
      async evaluate(t, at, velocity, divergence) {
        await field.evaluate(t, at, velocity);
        divergence.set(await field.divergence(t, at));
      },
    },
    x,
    {
      t: options.t,
      integrator: integratorOf(NETWORK_TOLERANCE),
      sourceLogDensity: startDensity(path),
      signal: context.io.signal,
      onProgress: (n, t) => task.update(n, `t = ${format.number(t, 3)}`),
    },
  );
  task.end();
  return outcomeOf({ data: set.name, by: "network", t: options.t, dim: x.dim, nfe }, logDensity);
}

interface About {
  readonly data: string;
  readonly by: string;
  readonly t: number;
  readonly dim: number;
  readonly nfe: number;
}

const mean = (values: Float64Array): number => values.reduce((sum, v) => sum + v, 0) / values.length;

function outcomeOf(about: About, integrated: Float64Array, closedForm?: Float64Array): Outcome {
  const best = closedForm ?? integrated;
  const bits = best.map((v) => -v / (about.dim * Math.LN2));
  const gap = closedForm && integrated.reduce((top, v, b) => Math.max(top, Math.abs(v - (closedForm[b] ?? 0))), 0);
  const { number } = format;
  const rows = Array.from(best.subarray(0, 20), (v, b) => [
    String(b),
    number(v, 8),
    ...(closedForm === undefined ? [] : [number(integrated[b] ?? 0, 8)]),
    number(bits[b] ?? 0, 5),
  ]);
  const head = ["", "log p(x), nats", ...(closedForm === undefined ? [] : ["by transport"]), "bits/dim"];
  const agreement = gap === undefined ? "" : `, largest difference ${number(gap, 2)}`;
  return {
    json: {
      ...about,
      points: best.length,
      ...(closedForm === undefined ? {} : { closedForm, largestDifference: gap }),
      integrated,
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
