/**
 * What every `ScanBackend` must hold, as functions that answer a list of violations: they run wherever a backend does, in Node
 * and in a page. Every value is held against an oracle of 30 digits and must lie within the bound that the backend states.
 */
import {
  type CertifiedScan,
  certifyScan,
  type Demand,
  points,
  row,
  type Scan,
  type ScanBackend,
  type ScanState,
  takeRows,
} from "@fluxion/core";
import { rounded, subtract } from "./double-double.js";
import { difference, distance, type ScanTruth, scanTruth } from "./scan-oracle.js";
import type { ScanProblem } from "./scan-problems.js";

/** How a backend is made. */
export type MakeBackend = (atoms: ScanProblem["atoms"]) => ScanBackend | Promise<ScanBackend>;

/** Violations of one problem under every demand that the backend meets; empty when it conforms. */
export async function check(backend: ScanBackend, problem: ScanProblem): Promise<readonly string[]> {
  const truths = Array.from({ length: problem.x.size }, (_, b) => scanTruth(problem.atoms, problem.x, b, problem.query));
  const demands: readonly Demand[] = [
    { kind: "exact" },
    { kind: "certified", epsilon: 1e-2 },
    { kind: "certified", epsilon: 1e-9 },
  ];
  const found: string[] = [...checkReach(backend, problem)];
  for (const demand of demands) {
    const name = demand.kind === "certified" ? `certified(${demand.epsilon})` : demand.kind;
    const violations = backend.meets.has(demand.kind)
      ? await checkDemand(backend, problem, demand, truths)
      : await checkRefusal(backend, problem, demand);
    found.push(...violations.map((violation) => `${name}: ${violation}`));
    if (demand.kind !== "certified" || !backend.meets.has("certified")) continue;
    const means = await checkDemand(backend, meansOnly(problem), demand, truths);
    found.push(...means.map((violation) => `${name}, means only: ${violation}`));
  }
  return found;
}

/** The same question for the means alone, whose sums a backend may leave out. */
function meansOnly(problem: ScanProblem): ScanProblem {
  return { ...problem, query: { ...problem.query, spread: false, top: 0, tangent: undefined, sums: "mean" } };
}

/** Violations of what does not depend on a problem: bad queries are refused, and so is everything after `close`. */
export async function checkLife(make: MakeBackend, { atoms, x, query }: ScanProblem): Promise<readonly string[]> {
  const backend = await make(atoms);
  const demand = demandOf(backend);
  const found: string[] = [];
  const refuse = async (what: string, type: ErrorConstructor | RangeErrorConstructor, scan: () => Promise<unknown>) => {
    const answer = await outcomeOf(scan);
    if (!(answer instanceof type)) found.push(`${what} is not refused with a ${type.name} but gives ${String(answer)}`);
  };
  if (backend.dim !== x.dim || backend.size !== atoms.points.size) found.push("dim and size are not those of the atoms");
  const broken = { ...x, data: x.data.map((v, at) => (at === x.data.length - 1 ? Number.NaN : v)) };
  await refuse("a query that is NaN", RangeError, () => backend.scan(broken, query, demand));
  const wide = points(new Float64Array(x.dim + 1), x.dim + 1);
  await refuse("a query of another dim", RangeError, () => backend.scan(wide, query, demand));
  await backend.close();
  await refuse("a scan after close", Error, () => backend.scan(x, query, demand));
  return found;
}

/** The strongest demand short of statistical that a backend meets. */
function demandOf(backend: ScanBackend): Demand {
  return backend.meets.has("exact") ? { kind: "exact" } : { kind: "certified", epsilon: 1e-2 };
}

async function outcomeOf(task: () => Promise<unknown>): Promise<unknown> {
  try {
    await task();
    return "an answer";
  } catch (error) {
    return error;
  }
}

async function checkRefusal(backend: ScanBackend, { x, query }: ScanProblem, demand: Demand): Promise<readonly string[]> {
  const answer = await outcomeOf(() => backend.scan(x, query, demand));
  return answer instanceof RangeError
    ? []
    : [`what is not in \`meets\` is not refused with a RangeError but gives ${String(answer)}`];
}

/** No two atoms are farther apart than twice the radius. */
function checkReach({ radius }: ScanBackend, { atoms: { points: z } }: ScanProblem): readonly string[] {
  for (let i = 1; i < z.size; i++) {
    const apart = Math.hypot(...row(z, i).map((v, d) => v - z.data[d])) * (1 - 1e-12); // rounding of this sum
    if (!(apart <= 2 * radius)) return [`radius ${radius} is less than half of ${apart}, the distance of atoms 0 and ${i}`];
  }
  return [];
}

async function checkDemand(
  backend: ScanBackend,
  problem: ScanProblem,
  demand: Demand,
  truths: readonly ScanTruth[],
): Promise<readonly string[]> {
  const { atoms, x, query } = problem;
  const scan = await backend.scan(x, query, demand);
  const found: string[] = [...checkShape(scan, problem)];
  if (found.length > 0) return found;
  const pairs = x.size * atoms.points.size;
  if (scan.evaluations + scan.skipped !== pairs) found.push(`${scan.evaluations} + ${scan.skipped} pairs are not ${pairs}`);
  const certified = certifyScan(scan, backend, query);
  for (const [b, truth] of truths.entries()) {
    const wrong = [
      ...checkValues(scan, certified, b, problem, truth),
      ...checkTop(scan, certified, b, { truth, exact: demand.kind === "exact" }),
    ];
    found.push(...wrong.map((what) => `point ${b}: ${what}`));
  }
  if (demand.kind === "exact") found.push(...(await checkExact(backend, problem, scan)));
  return found;
}

/** All arrays have their lengths, all errors are numbers ≥ 0. */
function checkShape({ state, error }: Scan, { x, query }: ScanProblem): readonly string[] {
  const [B, D] = [x.size, x.dim];
  const lengths: readonly (readonly [string, ArrayLike<number> | undefined, number])[] = [
    ...(["top", "mass", "massSquared", "logitSum", "spread"] as const).map((name) => [name, state[name], B] as const),
    ["mean", state.mean.data, B * D],
    ["tangent", state.tangent?.data, query.tangent ? B * D : 0],
    ["best.indices", state.best.indices, B * query.top],
    ["best.logits", state.best.logits, B * query.top],
    ...(["logit", "shift", "mean", "mass", "skipped"] as const).map((name) => [`error.${name}`, error[name], B] as const),
  ];
  const found = lengths.flatMap(([name, array, expected]) =>
    (array?.length ?? 0) === expected ? [] : [`${name} has length ${array?.length ?? 0}, not ${expected}`],
  );
  for (const [name, values] of Object.entries(error)) {
    const bad = values.findIndex((v: number) => !(v >= 0));
    if (bad >= 0) found.push(`error.${name} of point ${bad} is ${values[bad]}`);
  }
  return found;
}

/** Every value against its own bound. */
function checkValues(
  { state, error }: Scan,
  certified: CertifiedScan,
  b: number,
  { query, x, atoms }: ScanProblem,
  truth: ScanTruth,
): readonly string[] {
  const mass = state.mass[b];
  const constant = -0.5 * x.dim * Math.log(2 * Math.PI * query.variance);
  const most = truth.logits.reduce((a, l) => (rounded(subtract(l, a)) > 0 ? l : a));
  const reach = atoms.points.data.reduce((most, z) => Math.max(most, Math.abs(z)), 0) * Math.sqrt(x.dim);
  const slack = truth.uncertainty;
  const found: string[] = [];
  const within = (name: string, off: number, bound: number, unit = 1) => {
    if (!(off <= bound + slack * unit)) found.push(`${name} is off by ${off}, more than ${bound}`);
  };
  within("mean", distance(row(state.mean, b), truth.mean), certified.mean[b], reach);
  within("log-density", difference(state.top[b] + Math.log(mass) + constant, truth.logDensity), certified.logDensity[b]);
  within("entropy", difference(Math.log(mass) - state.logitSum[b] / mass, truth.entropy), certified.entropy[b]);
  if (error.skipped[b] < 0.1) within("top", difference(state.top[b], most), error.logit[b] + error.shift[b]);
  const stated = error.deviation?.[b] ?? Infinity;
  const [left, off] = [Math.min(1, error.skipped[b]), error.logit[b]]; // of V ≤ e^2δ V_ŵ and what was left out
  const leftOut = 4 * reach * reach * left;
  if (left < 1)
    within("√tr Cov", rounded(truth.traceCov), ((stated * stated) / (1 - left)) * Math.exp(2 * off) + leftOut, reach * reach);
  if (query.spread) within("tr Cov", difference(state.spread[b] / mass, truth.traceCov), certified.traceCov[b], reach * reach);
  if (query.tangent && state.tangent) {
    const v = Math.hypot(...row(query.tangent, b));
    const along = row(state.tangent, b).map((value) => value / mass);
    within("tangent", distance(along, truth.tangent), certified.traceCov[b] * v * (1 + 1e-12), reach * reach * v);
  }
  return found;
}

/** How far below the top a logit is within its bound: weights beyond may have been dropped. */
const SEEN = 90;

/** The kept weights within their bound, in order, and none missing that is certainly larger. */
function checkTop(
  { state, error }: Scan,
  certified: CertifiedScan,
  b: number,
  { truth, exact }: { readonly truth: ScanTruth; readonly exact: boolean },
): readonly string[] {
  const { count, indices, logits } = state.best;
  const most = truth.logits.reduce((a, l) => (rounded(subtract(l, a)) > 0 ? l : a));
  const below = truth.logits.map((l) => (l.hi === -Infinity ? -Infinity : rounded(subtract(l, most))));
  const slack = 2 * error.logit[b] + truth.uncertainty;
  const tolerance = certified.weight[b] + truth.uncertainty;
  const found: string[] = [];
  const listed = new Set<number>();
  for (let k = 0; k < count; k++) {
    const i = indices[b * count + k];
    const logit = logits[b * count + k];
    if (i < 0) continue;
    if (listed.has(i) || i >= truth.weights.length) found.push(`atom ${i} is listed twice, or is none`);
    listed.add(i);
    if (logit > state.top[b]) found.push(`logit ${k} is above the top`);
    const weight = Math.exp(logit - state.top[b]) / state.mass[b];
    const off = difference(weight, truth.weights[i]);
    if (!(off <= tolerance)) found.push(`weight ${k}, of atom ${i}, is off by ${off}, more than ${tolerance}`);
    const before = k === 0 ? Infinity : logits[b * count + k - 1];
    const tied = exact && logit === before && indices[b * count + k - 1] > i; // others may know more than their logits show
    if (logit > before || tied) found.push(`weights ${k - 1} and ${k} are in the wrong order`);
  }
  if (error.skipped[b] >= 0.1 || count === 0) return found;
  const least = listed.size < count ? -Infinity : below[indices[b * count + count - 1]];
  for (const [i, logit] of below.entries()) {
    if (listed.has(i) || logit < -SEEN || rounded(truth.weights[i]) <= error.skipped[b]) continue;
    if (logit > least + slack) found.push(`atom ${i} at ${logit} nats is not listed, the last one is at ${least}`);
  }
  return found;
}

/** An exact answer is made of the same bytes again, alone or in a batch, and no pair is left out. */
async function checkExact(backend: ScanBackend, { x, query }: ScanProblem, scan: Scan): Promise<readonly string[]> {
  const found: string[] = scan.skipped === 0 ? [] : [`${scan.skipped} pairs are skipped`];
  const again = await backend.scan(x, query, { kind: "exact" });
  for (const name of differing(again.state, scan.state)) found.push(`${name} has other bytes the second time`);
  for (const b of x.size > 1 ? [0, x.size - 1] : []) {
    const tangent = query.tangent && takeRows(query.tangent, [b]);
    const alone = await backend.scan(takeRows(x, [b]), { ...query, tangent }, { kind: "exact" });
    for (const name of differing(alone.state, rowState(scan.state, b))) found.push(`point ${b} alone has another ${name}`);
  }
  return found;
}

/** The state of one point of a batch. */
function rowState(state: ScanState, b: number): ScanState {
  const { count } = state.best;
  const part = (values: Float64Array): Float64Array => values.slice(b, b + 1);
  return {
    top: part(state.top),
    mass: part(state.mass),
    massSquared: part(state.massSquared),
    logitSum: part(state.logitSum),
    mean: takeRows(state.mean, [b]),
    spread: part(state.spread),
    tangent: state.tangent && takeRows(state.tangent, [b]),
    best: {
      count,
      indices: state.best.indices.slice(b * count, (b + 1) * count),
      logits: state.best.logits.slice(b * count, (b + 1) * count),
    },
  };
}

/** The names of the arrays that are not the same bytes. */
function differing(a: ScanState, b: ScanState): readonly string[] {
  const arrays = (s: ScanState): Record<string, ArrayLike<number>> => ({
    top: s.top,
    mass: s.mass,
    massSquared: s.massSquared,
    logitSum: s.logitSum,
    mean: s.mean.data,
    spread: s.spread,
    tangent: s.tangent?.data ?? [],
    indices: s.best.indices,
    logits: s.best.logits,
  });
  const [one, other] = [arrays(a), arrays(b)];
  return Object.keys(one).filter((name) => {
    const [p, q] = [one[name], other[name]];
    return p.length !== q.length || Array.from(p).some((v, at) => !Object.is(v, q[at]));
  });
}
