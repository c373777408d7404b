import {
  condOt,
  degreesOfSphere,
  fork,
  type GeodesicField,
  geodesicField,
  geodesicFloor,
  geodesicFlow,
  type Points,
  rngOf,
  row,
  sphere,
  sphereOfDegrees,
  tableaus,
  uniformGrid,
  uniformSource,
} from "@fluxion/core";
import { type DataSet, readFileTable } from "../data/index.js";
import { badInput } from "../errors.js";
import { requireWritableTarget } from "../files/index.js";
import { format, table } from "../terminal/index.js";
import type { Context, Outcome } from "./command.js";
import { type DataOptions, dataSpecOf, loadForCommand } from "./data-options.js";
import { asLists, type OutArray, outFormats, writeArrays } from "./write-arrays.js";

/** The `--path` of data on a manifold: geodesics from the uniform law, with β = 1 − t of the way left. */
export const GEODESIC = "geodesic";

/** The last time of the samples: where one data point is left, the rest of the way is known. */
const LAST = 0.99;

interface OnManifold {
  readonly set: DataSet;
  readonly field: GeodesicField;
}

/** The exact field over data on a manifold. @throws CliError for data on none. */
function openManifold(context: Context, data: string | undefined, options: DataOptions): OnManifold {
  const set = loadForCommand(context, dataSpecOf(data ?? "", options));
  if (set.manifold === undefined) {
    throw badInput(`Cannot use --path geodesic: the points of "${set.name}" lie on no manifold; expected --data earthquakes`);
  }
  return { set, field: geodesicField(set.atoms, { scheduler: condOt(), source: uniformSource(sphere(2)) }) };
}

/** Throws for the first option that was given and that geodesic paths have not. */
function refuse(stray: Readonly<Record<string, boolean>>, expected: string): void {
  const found = Object.entries(stray).find(([, given]) => given);
  if (found !== undefined) throw badInput(`Cannot use ${found[0]} with --path geodesic: expected ${expected}`);
}

/** What `field` is asked on a manifold. */
export interface ManifoldFieldOptions extends DataOptions {
  readonly t: number;
  readonly at: string;
  readonly want: readonly string[];
  readonly top: number;
  readonly backend: string;
  readonly promise: { readonly kind: string };
  readonly out?: string;
}

/** Velocities, in ambient coordinates, and log-densities by area, exact up to rounding. */
export function fieldOnManifold(context: Context, options: ManifoldFieldOptions): Outcome {
  const { t, want, out } = options;
  const other = want.find((name) => name !== "velocity" && name !== "logDensity");
  refuse({ [`--want ${other}`]: other !== undefined }, "velocity, logDensity");
  refuse({ "--top": options.top > 0 }, "--want alone");
  refuse({ "--promise": options.promise.kind !== "exact" }, "exact, which it is");
  refuse({ "--backend": !["auto", "reference"].includes(options.backend) }, "auto");
  const target = writable(context, out, want.length);
  const { set, field } = openManifold(context, options.data, options);
  const x = readSpherePoints(context, options.at);
  const velocity = new Float64Array(3 * x.size);
  const logDensity = new Float64Array(x.size);
  for (let b = 0; b < x.size; b++) {
    const here = field.at(t, row(x, b));
    velocity.set(here.velocity, 3 * b);
    logDensity[b] = here.logDensity;
  }
  const known: Record<string, OutArray> = {
    velocity: { shape: [x.size, 3], data: velocity },
    logDensity: { shape: [x.size], data: logDensity },
  };
  const arrays = Object.fromEntries(want.map((name) => [name, known[name] ?? { shape: [0], data: new Float64Array() }]));
  if (target !== undefined) writeArrays(context.io.files, target, arrays);
  const about = { data: set.name, path: GEODESIC, manifold: field.manifold.name, t, points: x.size, dim: x.dim };
  // JSON has no −∞: null where no data point can have led to x
  const finite = Array.from(logDensity, (v) => (Number.isFinite(v) ? v : null));
  const values = Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => [name, name === "logDensity" ? finite : asLists(array)]),
  );
  const cells = (data: ArrayLike<number>): string => Array.from(data, (v) => format.number(v, 5)).join(" ");
  const body = Array.from({ length: x.size }, (_, b) => [
    String(b),
    cells(row(x, b)),
    ...want.map((name) => (name === "velocity" ? cells(velocity.subarray(3 * b, 3 * b + 3)) : cells([logDensity[b] ?? 0]))),
  ]);
  const shown = table([["", "x", ...want], ...body], ["r", "l", ...want.map(() => "l" as const)]);
  return {
    json: { ...about, ...(out === undefined ? { values } : { out }) },
    text: out === undefined ? shown : `Wrote ${want.join(", ")} at ${format.count(x.size, "point")} to ${out}\n`,
  };
}

/** Unit vectors of a file, or degrees of longitude and latitude. */
function readSpherePoints({ io, resolve }: Context, path: string): Points {
  const { data, rows, columns } = readFileTable(io.files, resolve(path));
  if (columns === 3) return { data, size: rows, dim: 3 };
  if (columns === 2) return sphereOfDegrees({ data, size: rows, dim: 2 });
  throw badInput(
    `Cannot use the points of "${path}": they have dim ${columns}; expected 3, unit vectors, or 2, longitude and latitude`,
  );
}

/** What `floor` is asked on a manifold. */
export interface ManifoldFloorOptions extends DataOptions {
  readonly samples: number;
}

/** The floor of the Riemannian loss, in squared radians. */
export function floorOnManifold(context: Context, options: ManifoldFloorOptions): Outcome {
  const { set, field } = openManifold(context, options.data, options);
  const { samples } = options;
  const seed = context.seed ?? 0;
  const { value, standardError } = geodesicFloor(field, set.atoms, { rng: fork(rngOf(seed), "floor"), samples });
  const shown = [["floor V", `${format.number(value)} ± ${format.number(standardError, 2)}`]];
  return {
    json: { data: set.name, path: GEODESIC, manifold: field.manifold.name, seed, samples, floor: value, standardError },
    text: table(shown, ["l", "l"]),
  };
}

/** What `sample` is asked on a manifold. */
export interface ManifoldSampleOptions extends DataOptions {
  readonly count: number;
  readonly sampler: string;
  readonly solver: "euler" | "midpoint" | "heun" | "rk4" | "dopri5";
  readonly steps?: number;
  readonly rtol?: number;
  readonly atol?: number;
  readonly exact: boolean;
  readonly tolerance?: number;
  readonly class?: unknown;
  readonly out?: string;
}

/**
 * Points by the exact field: where one data point is left at t = 0.99 the sample is that point, the end of the exact flow from
 * there; elsewhere it is the state at that time.
 */
export function sampleOnManifold(context: Context, options: ManifoldSampleOptions): Outcome {
  refuse({ [`--sampler ${options.sampler}`]: options.sampler !== "ode" }, "a flow, --sampler ode");
  refuse({ "--exact": options.exact, "--tolerance": options.tolerance !== undefined }, "--solver and --steps");
  refuse({ "--rtol": options.rtol !== undefined, "--atol": options.atol !== undefined }, "--solver and --steps");
  refuse({ "--class": options.class !== undefined }, "data with classes");
  const target = writable(context, options.out, 1);
  const { set, field } = openManifold(context, options.data, options);
  const { count, steps = 100, out } = options;
  const solver = options.solver === "dopri5" ? "rk4" : options.solver; // the default of the flat flows has no counterpart here
  const seed = context.seed ?? 0;
  const start = field.source.sample(fork(rngOf(seed), "sample"), count);
  const ends = geodesicFlow(field, start, { grid: uniformGrid(steps, { to: LAST }), tableau: tableaus[solver] });
  ends.atom.forEach((i, b) => {
    if (i >= 0) ends.x.data.set(row(field.data, i), 3 * b);
  });
  const settled = ends.atom.reduce((sum, i) => sum + (i < 0 ? 0 : 1), 0);
  const array = { shape: [count, 3], data: ends.x.data };
  if (target !== undefined) writeArrays(context.io.files, target, { samples: array });
  const about = {
    by: "exact field",
    data: set.name,
    path: GEODESIC,
    manifold: field.manifold.name,
    solver: `${solver}, ${steps} steps to t = ${LAST}`,
    seed,
    points: count,
    dim: 3,
    settled,
  };
  const degrees = degreesOfSphere(ends.x);
  const drawn = `Drew ${format.count(count, "point")} by the exact field on the sphere, ${about.solver}; ${settled} at their ends\n`;
  const body = Array.from({ length: Math.min(count, 8) }, (_, b) => [
    String(b),
    ...Array.from(row(degrees, b), (v) => format.number(v, 6)),
  ]);
  const shown = table([["", "longitude", "latitude"], ...body], ["r", "r", "r"]);
  return {
    json: { ...about, ...(out === undefined ? { samples: asLists(array) } : { out }) },
    text: drawn + (out === undefined ? shown : `wrote ${out}\n`),
  };
}

/** The file to write, checked before any work. */
function writable({ io, resolve }: Context, out: string | undefined, arrays: number): string | undefined {
  if (out === undefined) return undefined;
  const target = resolve(out);
  outFormats(target, arrays);
  requireWritableTarget(io.files, target);
  return target;
}
