/**
 * Exact regression targets in bulk: the marginal velocity u_t(x) at x = α_t z_j + √v_t ε for J atoms, B noises and T times
 * at once, whose dot products with the data are shared. The loss against them is L_FM itself and has no floor; every (z, ε, t)
 * of a grid has the law of an independent draw, so that its gradient is unbiased, though not independent between points.
 */
import {
  type CertifiedScan,
  certifyScan,
  requireWeights,
  type ScanError,
  type ScanState,
  type Scheduler,
  type WeightedAtoms,
} from "@fluxion/core";
import { type DotLogits, dotLogitError, dotLogits } from "./dot-logits.js";
import { float64Products, type Products } from "./products.js";
import { recheckLogits } from "./recheck.js";
import { type TargetAtoms, targetAtoms } from "./target-atoms.js";
import { placesOf, type TargetPlace, type TargetPlan } from "./target-plan.js";
import type { Targets } from "./targets.js";
import { emptyError, setError } from "./tile-error.js";
import { scanTile, spreadTile, sumTile, type TileQuery, type TileScan, weighTile } from "./tile-scan.js";
import { smoothedTrace, type TargetRoom, targetRoom, writeTarget } from "./write-target.js";

/** How a data set is bound for targets. */
export interface TargetOracleOptions {
  /** Width h of the Gaussian around every atom; 0 for the atoms themselves. @defaultValue 0 */
  readonly bandwidth?: number;
  /** Who multiplies matrices. @defaultValue float64 on the calling thread */
  readonly products?: Products;
}

/** Options of one evaluation. */
export interface TargetOptions {
  /**
   * Largest error of a denoiser, relative to the radius of the data; points whose bound is larger are computed again by
   * differences. @defaultValue 1e-8
   */
  readonly epsilon?: number;
  /** Whether tr Cov(z|x) is wanted: another pass over the weights. @defaultValue true */
  readonly spread?: boolean;
}

/** One data set, bound for targets under the source N(0, I). */
export interface TargetOracle {
  /** D. */
  readonly dim: number;
  /** N. */
  readonly size: number;
  /** No less than max ‖z_i − c‖ about a mean c: the scale of epsilon. */
  readonly radius: number;
  /**
   * The targets of a plan, with a rigorous bound of the error of every denoiser.
   * @throws RangeError for a plan that does not fit, a time without a finite velocity, or an epsilon that cannot be met.
   */
  evaluate(scheduler: Scheduler, plan: TargetPlan, options?: TargetOptions): Promise<Targets>;
  /** Frees what the products hold. */
  close(): Promise<void>;
}

/** Points of one tile at most, and numbers in it. */
const TILE = { points: 32, numbers: 1 << 22 };
/** Share of atoms with weight above which rough sums are worth it. */
const DENSE = 1 / 16;

/**
 * Binds weighted atoms for exact targets. Eq. (M5), Eq. (M6)
 * @throws RangeError when the weights do not sum to one or the bandwidth is negative.
 */
export async function targetOracle(atoms: WeightedAtoms, options: TargetOracleOptions = {}): Promise<TargetOracle> {
  const { bandwidth = 0, products = float64Products } = options;
  const { size, dim } = atoms.points;
  if (!(bandwidth >= 0 && bandwidth < Infinity)) {
    throw new RangeError(`Cannot smooth the data: the bandwidth is ${bandwidth}; expected a finite number ≥ 0`);
  }
  requireWeights(atoms.logWeights, size);
  const bound = await targetAtoms(atoms, products);
  return {
    dim,
    size,
    radius: bound.radius,
    async evaluate(scheduler, plan, { epsilon = 1e-8, spread = true } = {}) {
      if (!(epsilon > 0)) throw new RangeError(`Cannot find targets: epsilon is ${epsilon}; expected a positive number`);
      const places = placesOf(plan, scheduler, { size, dim, bandwidth, logWeights: atoms.logWeights });
      const logits = await dotLogits(bound, plan, places);
      return evaluateTiles({ bound, plan, places, logits, bandwidth, epsilon, spread });
    },
    close: async () => bound.products.close(),
  };
}

/** One evaluation under way. */
interface Evaluation {
  readonly bound: TargetAtoms;
  readonly plan: TargetPlan;
  readonly places: readonly TargetPlace[];
  readonly logits: DotLogits;
  readonly bandwidth: number;
  readonly epsilon: number;
  readonly spread: boolean;
}

async function evaluateTiles(run: Evaluation): Promise<Targets> {
  const { bound, places, logits, spread } = run;
  const { size: N, dim: D } = bound.atoms.points;
  const P = places.length;
  const room = targetRoom(P, D);
  const errors = new Float64Array(P);
  const count = Math.max(1, Math.min(TILE.points, Math.floor(TILE.numbers / N), P));
  const buffer = new Float64Array(count * N);
  let [sums, rechecked] = [0, 0];
  for (let from = 0; from < P; from += count) {
    const to = Math.min(from + count, P);
    await logits.prepare(from, to);
    const tile = await scanPlaces(run, buffer, from, to);
    for (let p = from; p < to; p++) {
      const weights = buffer.subarray((p - from) * N, (p - from + 1) * N);
      let one = { scan: tile, row: p - from };
      if (!(boundOf(run, one.scan, one.row, p) <= run.epsilon * bound.radius)) {
        one = { scan: rescan(run, p, weights), row: 0 };
        rechecked++;
      }
      errors[p] = boundOf(run, one.scan, one.row, p);
      sums += (one.scan.kept[one.row] as number) * (spread ? 2 * D : D);
      writePoint(run, room, p, one);
    }
  }
  requireMet(errors, run);
  const { traceCov, ...found } = room;
  return {
    ...found,
    ...(spread ? { traceCov } : {}),
    certificate: {
      promise: "certified",
      bound: errors,
      evaluations: P * N,
      skipped: 0,
      backend: `targets on ${bound.products.name}`,
    },
    work: { products: logits.products(), sums, weights: P * N, rechecked },
  };
}

/** Sums of some points, with their bounds and the constant that makes their logits absolute. */
interface PlacedScan extends TileScan {
  readonly certified: CertifiedScan;
  /** What to add to log Σ e^ℓ, [P]. */
  readonly constant: Float64Array;
}

async function scanPlaces(run: Evaluation, buffer: Float64Array, from: number, to: number): Promise<PlacedScan> {
  const { bound, plan, places, logits } = run;
  const { size: N } = bound.atoms.points;
  const constant = new Float64Array(to - from);
  for (let p = from; p < to; p++) {
    const place = places[p] as TargetPlace;
    const out = buffer.subarray((p - from) * N, (p - from + 1) * N);
    logits.fill(p, out);
    // the logit of the atom that the point was made from is known: log π_j − ‖ε‖²/2
    const own = (bound.atoms.logWeights[place.row] as number) - 0.5 * squaredRow(plan.noise.data, place.noise, plan.noise.dim);
    constant[p - from] = own - (out[place.row] as number);
  }
  const query = queryOf(run, from);
  const { scan, mean } = await sumPlaces(run, buffer.subarray(0, (to - from) * N), query);
  const error = emptyError(to - from);
  for (let p = from; p < to; p++) {
    const place = places[p] as TargetPlace;
    const norm = Math.sqrt(2 * (bound.halfNorms[place.row] as number)) * (1 + 1e-12);
    const logit = dotLogitError(bound, place, plan.noise, norm);
    setError(error, p - from, { logit, shift: Infinity, mean: mean(p - from) }, { ...bound, ...scan, size: N, query });
  }
  return { ...scan, constant, certified: certified(run, scan.state, error, query) };
}

/**
 * Means by the sums of the products for points at which many atoms have weight, where they are precise enough, and in float64
 * for the others. `mean` says how far off the former are, given their weights.
 */
async function sumPlaces(
  { bound, epsilon, spread }: Evaluation,
  weights: Float64Array,
  query: TileQuery,
): Promise<{ readonly scan: TileScan; readonly mean: (p: number) => number | undefined }> {
  const { points: z } = bound.atoms;
  const { sums } = bound.products;
  const size = weights.length / z.size;
  if (sums === undefined || !(sums.factor < epsilon / 4) || query.cut > 80) {
    return { scan: scanTile(z, weights, size, query), mean: () => undefined };
  }
  const scan = weighTile(z, weights, size, query);
  const { state, kept } = scan;
  const isDense = (p: number): boolean => (kept[p] as number) > DENSE * z.size;
  if (kept.some((_, p) => isDense(p))) await sums.add(weights, state.mean);
  for (let at = 0; at < state.mean.data.length; at++) {
    const p = Math.floor(at / z.dim);
    const mean = (state.mean.data[at] as number) / (state.mass[p] as number) + (bound.center[at % z.dim] as number);
    state.mean.data[at] = isDense(p) ? mean : 0;
  }
  sumTile(z, weights, scan, (p) => !isDense(p));
  if (spread) spreadTile(z, weights, scan);
  return { scan, mean: (p) => (isDense(p) ? sums.factor * bound.radius : undefined) };
}

/** One point again, by differences; `weights` receives its weights. */
function rescan(run: Evaluation, p: number, weights: Float64Array): PlacedScan {
  const { bound, plan, places, logits } = run;
  const { size: N } = bound.atoms.points;
  const place = places[p] as TargetPlace;
  const query = queryOf(run, p);
  logits.fill(p, weights);
  const norm = Math.sqrt(2 * (bound.halfNorms[place.row] as number)) * (1 + 1e-12);
  const delta = dotLogitError(bound, place, plan.noise, norm);
  const { logit } = recheckLogits(bound, place, plan.noise, { logits: weights, delta, cut: query.cut });
  const scan = scanTile(bound.atoms.points, weights, 1, query);
  const error = emptyError(1);
  setError(error, 0, { logit, shift: 0, mean: undefined }, { ...bound, ...scan, size: N, query });
  return { ...scan, constant: new Float64Array(1), certified: certified(run, scan.state, error, query) };
}

/** Weights that together move a mean by less than a sixteenth of what is allowed are left out. */
function queryOf({ bound, places, epsilon, spread }: Evaluation, p: number): TileQuery {
  const { size: N } = bound.atoms.points;
  return { variance: (places[p] as TargetPlace).variance, spread, cut: Math.min(100, Math.max(1, Math.log((32 * N) / epsilon))) };
}

function certified({ bound }: Evaluation, state: ScanState, error: ScanError, query: TileQuery): CertifiedScan {
  const backend = { radius: bound.radius, size: bound.atoms.points.size };
  return certifyScan({ state, error, evaluations: 0, skipped: 0 }, backend, query);
}

/** Bound of the denoiser (1 − ακ)m + κx of point p. */
function boundOf({ places, bandwidth }: Evaluation, { certified: { mean } }: PlacedScan, row: number, p: number): number {
  const { at, variance } = places[p] as TargetPlace;
  return (mean[row] as number) * (1 - (at.alpha * bandwidth) ** 2 / variance);
}

function writePoint(
  run: Evaluation,
  room: TargetRoom,
  p: number,
  { scan, row }: { readonly scan: PlacedScan; readonly row: number },
): void {
  const { bound, plan, places, bandwidth, spread } = run;
  const { points: z } = bound.atoms;
  const { dim: D } = z;
  const place = places[p] as TargetPlace;
  const { state, constant } = scan;
  writeTarget(room, p, {
    place,
    bandwidth,
    z: z.data.subarray(place.row * D, (place.row + 1) * D),
    noise: plan.noise.data.subarray(place.noise * D, (place.noise + 1) * D),
    mean: state.mean.data.subarray(row * D, (row + 1) * D),
  });
  const mass = state.mass[row] as number;
  room.logDensity[p] =
    (state.top[row] as number) + (constant[row] as number) + Math.log(mass) - 0.5 * D * Math.log(2 * Math.PI * place.variance);
  if (spread) room.traceCov[p] = smoothedTrace((state.spread[row] as number) / mass, place, { bandwidth, dim: D });
}

function squaredRow(data: Float64Array, row: number, D: number): number {
  let sum = 0;
  for (let at = row * D; at < (row + 1) * D; at++) sum += (data[at] as number) ** 2;
  return sum;
}

function requireMet(errors: Float64Array, { bound, epsilon }: Evaluation): void {
  const missed = errors.findIndex((e) => !(e <= epsilon * bound.radius));
  if (missed < 0) return;
  throw new RangeError(
    `Cannot certify ${epsilon}: the bound of target ${missed} is ${(errors[missed] as number) / bound.radius} of the radius of the data; expected a larger epsilon`,
  );
}
