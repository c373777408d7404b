import {
  type AtomPath,
  atomPath,
  atoms,
  drawStart,
  energyDistance,
  estimate,
  fixedSteps,
  floorOf,
  fork,
  generate,
  memorisation,
  type Points,
  pathBatch,
  points,
  pointsOnPath,
  type Rng,
  rk4,
  rngOf,
  row,
  rows,
  type Scheduler,
  straightness,
  takeRows,
  uniform,
  type VectorField,
  verify,
  wasserstein2,
  wasserstein2Floor,
  zerosLike,
} from "@fluxion/core";
import type { ReportInput } from "../../packages/cli/src/report/index.js";

/** What a small report is about. */
export interface SmallReportOptions {
  readonly scheduler: Scheduler;
  readonly data: Points;
  readonly image?: { readonly width: number; readonly height: number };
  readonly name?: string;
}

const TIMES = [0, 0.25, 0.5, 0.75, 0.95];
const COUNT = 16;

/**
 * A report whose every number was computed from the data set, quickly. In place of a network in training stand kernel
 * densities of ever smaller width, whose fields approach the exact one.
 */
export async function smallReport({ scheduler, data, image, name = "small" }: SmallReportOptions): Promise<ReportInput> {
  const rng = rngOf(4);
  const path = atomPath(scheduler, atoms(data));
  const floor = floorOf(path, { rng: fork(rng, "floor"), samples: 16 });
  const smoothed = (bandwidth: number): VectorField => atomPath(scheduler, path.atoms, { bandwidth }).field;
  const final = smoothed(0.25);
  const widths = [2, 1.4, 1, 0.7, 0.5, 0.35, 0.25];
  const uniformTimes = (key: Rng) => uniform(fork(key, "t"), new Float64Array(COUNT));
  const curve = widths.map((width, k) => {
    const key = fork(rng, "curve");
    const { loss, excess } = measured(path, smoothed(width), uniformTimes(key), key);
    return { step: 5 * k, loss: loss.mean, excess: excess.mean, excessStandardError: excess.standardError };
  });
  const batches = widths.map((width, k) => {
    const key = fork(rng, "batch", k);
    return { step: 5 * k, loss: measured(path, smoothed(width), uniformTimes(key), key).loss.mean };
  });
  const excessByTime = [0.1, 0.3, 0.5, 0.7, 0.9].map((t) => {
    const { excess } = measured(path, final, new Float64Array(COUNT).fill(t), fork(rng, "bin", t));
    return { t, excess: excess.mean, standardError: excess.standardError };
  });
  const fresh = fork(rng, "fresh");
  return {
    name,
    data: {
      name: `${name}.npy`,
      size: path.atoms.points.size,
      dim: data.dim,
      merged: data.size - path.atoms.points.size,
      ...(image === undefined ? {} : { image }),
      examples: data,
    },
    spec: `name: ${name}\nseed: 4\n`,
    path: scheduler.name,
    seed: 4,
    verification: await verified(path, floor, fork(rng, "verify")),
    floor: {
      value: floor.value,
      standardError: floor.standardError,
      perDim: floor.perDim,
      byTime: floor.byTime,
      entropy: { area: floor.area?.mean ?? null, standardError: floor.area?.standardError ?? null, exact: path.entropy },
    },
    training: {
      network: "KDE 0.25",
      onGaussian: false,
      target: "conditional",
      parameters: data.data.length,
      steps: 30,
      batch: COUNT,
      batches,
      curve,
      excessByTime,
    },
    posterior: { columns: [0.1, 0.5, 0.9].map((t) => column(path, t, rng)) },
    ...compared(path, final, measured(path, final, uniformTimes(fresh), fresh).excess, fork(rng, "samples")),
  };
}

/** The loss of a field and its excess over the exact one, on fresh points of the path at the given times. Eq. (M8) */
function measured({ field, ...path }: AtomPath, other: VectorField, t: Float64Array, rng: Rng) {
  const [x0, z] = [path.drawSource(fork(rng, "x0"), t.length), path.drawData(fork(rng, "z"), t.length)];
  const { xt, ut } = pathBatch(field.scheduler, t, x0, z);
  const [u, v] = [field, other].map((of) => {
    const out = zerosLike(xt);
    t.forEach((at, b) => {
      of.evaluate(at, rows(xt, b, b + 1), { data: row(out, b), size: 1, dim: xt.dim });
    });
    return out;
  }) as [Points, Points];
  return { loss: estimate(squaredDistances(v, ut)), excess: estimate(squaredDistances(v, u)) };
}

function squaredDistances(x: Points, y: Points): Float64Array {
  return Float64Array.from({ length: x.size }, (_, b) => {
    const [p, q] = [rows(x, b, b + 1).data, rows(y, b, b + 1).data];
    return p.reduce((sum, v, d) => sum + (v - q[d]) ** 2, 0);
  });
}

async function verified(path: AtomPath, floor: ReturnType<typeof floorOf>, rng: Rng): Promise<ReportInput["verification"]> {
  const checks = verify(path, { rng, floor, probes: 1, trajectories: 8, floorDraws: 100 });
  for (;;) {
    const next = await checks.next();
    if (next.done) return next.value;
  }
}

function column(path: AtomPath, t: number, rng: Rng): ReportInput["posterior"]["columns"][number] {
  const [z, noise] = [path.drawData(fork(rng, "z"), 1), path.drawSource(fork(rng, "noise"), 1)];
  const x = pointsOnPath(path.field.scheduler.at(t), z, noise);
  const { values, top } = path.field.quantities(t, x, ["denoiser", "entropy", "ess"], { top: 3 });
  const { denoiser = new Float64Array(), entropy = [], ess = [] } = values;
  return {
    t,
    x,
    denoiser: points(denoiser, x.dim),
    entropy: entropy[0] ?? Number.NaN,
    ess: ess[0] ?? Number.NaN,
    top: takeRows(path.atoms.points, top.indices),
    weights: top.weights,
  };
}

/** Samples of a field and of the exact one from the same noise, and what they measure. */
function compared(
  path: AtomPath,
  field: VectorField,
  excess: { readonly mean: number; readonly standardError: number },
  rng: Rng,
): Pick<ReportInput, "samples" | "evaluation"> {
  const start = drawStart(path, fork(rng, "start"), COUNT);
  const walk = (of: VectorField): Points[] =>
    TIMES.map((to) => (to === 0 ? start : generate(of, start, { integrator: fixedSteps(rk4, 16), to }).y));
  const [network, exact] = [walk(field), walk(path.field)];
  const [end, exactEnd] = [network.at(-1) ?? start, exact.at(-1) ?? start];
  const [copies, exactCopies] = [memorisation(end, path.atoms), memorisation(exactEnd, path.atoms)];
  const reference = path.drawData(fork(rng, "reference"), COUNT);
  const best = wasserstein2Floor((r, n) => path.drawData(r, n), COUNT, { rng: fork(rng, "best"), repetitions: 3 });
  const pair = (measure: (states: readonly Points[], end: Points) => number) => ({
    network: measure(network, end),
    exact: measure(exact, exactEnd),
  });
  return {
    samples: {
      times: TIMES,
      network,
      exact,
      nearest: takeRows(path.atoms.points, copies.nearest),
      distance: copies.distances,
      solver: { name: "rk4", steps: 16 },
      nfe: { network: 64, exact: 64 },
    },
    evaluation: {
      excess: excess.mean,
      excessStandardError: excess.standardError,
      excessPerDim: excess.mean / start.dim,
      energyDistance: pair((_, x) => energyDistance(x, reference)),
      w2: { ...pair((_, x) => wasserstein2(x, reference).w2), floor: best.w2.mean, floorDeviation: best.w2.deviation },
      memorised: { network: copies.fraction, exact: exactCopies.fraction },
      straightness: pair((states) => straightness(TIMES, states)),
      endpointDistance: estimate(squaredDistances(end, exactEnd).map(Math.sqrt)).mean,
    },
  };
}
