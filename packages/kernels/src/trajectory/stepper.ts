/**
 * Steps of Dormand and Prince for every row of a flight, each row with its own length. Beside the embedded error, which steers
 * the length, every accepted step is probed: the curve P through it misses the equation at its middle by δ = P′ − μ(P, s), and
 * the exact trajectory is left by no more than ∫ ‖δ‖ exp(∫ s λ_max(Cov) ds) ds. The estimate takes ‖δ‖ as constant over a step,
 * and as rate of growth the larger of those at its ends, measured on a trajectory that is off by as much as the error.
 */
import { dopri5 } from "@fluxion/core";
import type { Flight } from "./flight.js";
import { type Frame, PROBE } from "./frame.js";

const LAST: number = dopri5.b.length - 1;
/** b − b̂. */
const ERROR: readonly number[] = dopri5.b.map((weight, j) => weight - (dopri5.embedded.b[j] ?? 0));
/** The curve in the middle of a step is y_0 + h Σ w_j k_j, and its slope there Σ v_j k_j. [Hairer1993, II.6] */
const ends = (j: number): number => (j === 0 ? 1 : 0) - (j === LAST ? 1 : 0);
const MIDDLE: readonly number[] = dopri5.b.map((weight, j) => weight / 2 + ends(j) / 8 + (dopri5.dense?.[j] ?? 0) / 16);
const SLOPE: readonly number[] = dopri5.b.map((weight, j) => 1.5 * weight - Math.abs(ends(j)) / 4);

/** Growth of an error over a step, as an exponent, that is not worth an evaluation. */
const NO_GROWTH = 0.05;
/** Two trajectories are looked at at least this far apart: closer ones part by little more than rounding. */
const LEAST_AWAY = 1e-2;

/**
 * Part of the defect in the middle of a step that its end keeps: the curve is of fourth order, its end of fifth. Without growth
 * the error was at most 0.3 of the defect, and a tenth in the middle, on digits and clothes at tolerances from 1e-3 to 1e-5.
 */
const KEPT = 0.3;

/** How steps are judged. */
export interface Judgement {
  /** Root mean square over the D coordinates of w that the error of one step may have. */
  readonly tolerance: number;
  /** D. */
  readonly dim: number;
  /** No less than max ‖z_i − c‖. */
  readonly radius: number;
}

/** Tries one step of every listed row, and says which rows took it. */
export type Sweep = (rows: readonly number[], judgement: Judgement) => Promise<number[]>;

/** Room for the stages of a flight. */
interface Work {
  readonly flight: Flight;
  readonly frame: Frame;
  /** k_j, [7][B, width]. */
  readonly k: Float64Array[];
  /** State of the stage under way, and of the one before it, [B, width]. */
  point: Float64Array;
  before: Float64Array;
  /** s of the stage under way, [B]. */
  readonly at: Float64Array;
  /** Length of the step under way, [B]. */
  readonly h: Float64Array;
  /** One row, [width]. */
  readonly scratch: Float64Array;
  /** What an evaluation says that nobody asked, [B]. */
  readonly unused: { readonly peak: Float64Array; readonly leader: Int32Array };
}

/** Steps of a flight in a frame. */
export function sweeper(flight: Flight, frame: Frame): Sweep {
  const { size, width } = flight;
  const room = (): Float64Array => new Float64Array(size * width);
  const work: Work = {
    flight,
    frame,
    k: ERROR.map((_, j) => (j === 0 ? flight.velocity : room())),
    point: room(),
    before: room(),
    at: new Float64Array(size),
    h: new Float64Array(size),
    scratch: new Float64Array(width),
    unused: { peak: new Float64Array(size), leader: new Int32Array(size) },
  };
  return async (rows, judgement) => {
    for (const r of rows) work.h[r] = flight.step[r] as number;
    await startRows(work, rows);
    for (let stage = 1; stage <= LAST; stage++) await advance(work, rows, stage);
    const allowed = judgement.tolerance * Math.sqrt(judgement.dim);
    const taken = rows.filter((r) => isGood(work, r, allowed));
    if (taken.length > 0) await finish(work, taken, judgement);
    return taken;
  };
}

/** Evaluates rows at `work.at`. */
async function ask(work: Work, rows: readonly number[], stage: number, state: Float64Array, out: Float64Array): Promise<void> {
  const { flight, frame, at, unused } = work;
  const { peak, leader } = stage === PROBE ? unused : flight;
  await frame.evaluate({ rows, s: at, state, out, peak, leader, stage });
  for (const r of rows) flight.nfe[r] = (flight.nfe[r] as number) + 1;
}

/** The velocities at the start of the step, where they are not known from the step before. */
async function startRows(work: Work, rows: readonly number[]): Promise<void> {
  const { flight, k, at } = work;
  const stale = rows.filter((r) => flight.known[r] === 0);
  if (stale.length === 0) return;
  for (const r of stale) at[r] = flight.s[r] as number;
  await ask(work, stale, 0, flight.state, k[0] as Float64Array);
  for (const r of stale) flight.known[r] = 1;
}

/** Velocity of one stage. */
async function advance(work: Work, rows: readonly number[], stage: number): Promise<void> {
  const { flight, at } = work;
  [work.point, work.before] = [work.before, work.point];
  for (const r of rows) {
    const h = work.h[r] as number;
    at[r] = (flight.s[r] as number) + (dopri5.c[stage] as number) * h;
    combine(work, r, h, dopri5.a[stage] ?? [], rowOf(work.point, r, flight.width).fill(0));
    addRow(rowOf(work.point, r, flight.width), rowOf(flight.state, r, flight.width));
  }
  await ask(work, rows, stage, work.point, work.k[stage] as Float64Array);
}

/** Whether the step of a row is good enough; chooses the length of its next one. */
function isGood(work: Work, r: number, allowed: number): boolean {
  const { flight, frame, scratch } = work;
  const h = work.h[r] as number;
  const error = frame.norm(combine(work, r, h, ERROR, scratch.fill(0))) / allowed;
  if (!Number.isFinite(error))
    throw new RangeError(
      `Cannot follow trajectory ${r}: its state is not finite at s = ${flight.s[r]}; expected finite data and noise`,
    );
  const control = flight.control[r];
  if (control === undefined) return false;
  flight.step[r] = h * (error <= 1 ? control.accepted(error) : control.rejected(error));
  return error <= 1;
}

/** Probes the steps that were taken, and moves their rows to the end of them. */
async function finish(work: Work, rows: readonly number[], { radius }: Judgement): Promise<void> {
  const { flight, frame, k, at, h } = work;
  const { width, s, state } = flight;
  const before = rows.map((r) => flight.rate[r] as number);
  for (const r of rows) aim(work, r, radius);
  const slopes = rows.map((r) => combine(work, r, 1, SLOPE, new Float64Array(width)));
  for (const r of rows) {
    at[r] = (s[r] as number) + (h[r] as number) / 2;
    addRow(combine(work, r, h[r] as number, MIDDLE, rowOf(work.before, r, width).fill(0)), rowOf(state, r, width));
    rowOf(state, r, width).set(rowOf(work.point, r, width)); // the end of the step,
    rowOf(k[0] as Float64Array, r, width).set(rowOf(k[LAST] as Float64Array, r, width)); // whose velocity starts the next
    s[r] = (s[r] as number) + (h[r] as number);
    flight.taken[r] = h[r] as number;
  }
  await ask(work, rows, PROBE, work.before, work.point);
  const defects = rows.map((r, n) => {
    const defect = slopes[n] as Float64Array;
    subtractRow(defect, rowOf(work.point, r, width));
    return frame.norm(defect);
  });
  await measureGrowth(work, rows);
  for (const [n, r] of rows.entries()) {
    const rate = Math.max(before[n] as number, flight.rate[r] as number);
    const length = h[r] as number;
    const own = KEPT * length * (defects[n] as number) * Math.exp((length * rate) / 2); // it grows through half of the step
    const error = (flight.error[r] as number) * Math.exp(length * rate) + own;
    flight.error[r] = error;
    flight.doubt[r] = Math.max(flight.doubt[r] as number, error * Math.sqrt((s[r] as number) * rate));
  }
  await frame.accepted?.(flight, rows);
}

/**
 * A first measure of how fast differences grow at the end of the step, from its two last stages, and the direction in which
 * to measure again: the fastest one known, or where it is not known how the velocities of those stages differ.
 */
function aim(work: Work, r: number, radius: number): void {
  const { flight, frame, k, point, before, h } = work;
  const { width, direction } = flight;
  const differenceOf = (p: Float64Array, q: Float64Array): Float64Array => {
    const v = rowOf(p, r, width).slice();
    subtractRow(v, rowOf(q, r, width));
    return v;
  };
  const moved = frame.norm(differenceOf(point, before));
  const turned = differenceOf(k[LAST] as Float64Array, k[LAST - 1] as Float64Array);
  const length = frame.norm(turned);
  // no more than s·tr Cov ≤ s(1 − λ_max)(2R)²: where the posterior has settled, rounding must not pass for growth
  const most = ((flight.s[r] as number) + (h[r] as number)) * (1 - (flight.peak[r] as number)) * 4 * radius * radius;
  flight.rate[r] = moved > 0 ? Math.min(length / moved, most) : 0;
  flight.most[r] = most;
  const v = rowOf(direction, r, width);
  if (length > 0 && v.every((x) => x === 0)) v.set(turned.map((x) => x / length));
}

/**
 * Growth at the end of the step between the trajectory and one an error away from it, and the direction in which the two part:
 * one turn of a power iteration a step. Where growth is known to be nothing, nothing is asked.
 */
async function measureGrowth(work: Work, rows: readonly number[]): Promise<void> {
  const { flight, frame, k, at, h, before } = work;
  const { width, direction } = flight;
  const asked = rows.filter((r) => (flight.most[r] as number) * (h[r] as number) > NO_GROWTH);
  const away = asked.map((r) => Math.max(flight.error[r] as number, LEAST_AWAY));
  for (const [n, r] of asked.entries()) {
    const p = rowOf(before, r, width);
    p.set(rowOf(direction, r, width));
    for (let d = 0; d < width; d++) p[d] = (p[d] as number) * (away[n] as number);
    addRow(p, rowOf(flight.state, r, width));
    at[r] = flight.s[r] as number;
  }
  if (asked.length > 0) await ask(work, asked, PROBE, before, work.point);
  for (const [n, r] of asked.entries()) {
    const parted = rowOf(work.point, r, width);
    subtractRow(parted, rowOf(k[0] as Float64Array, r, width));
    const length = frame.norm(parted);
    flight.rate[r] = Math.min(Math.max(flight.rate[r] as number, length / (away[n] as number)), flight.most[r] as number);
    if (length > 0) rowOf(direction, r, width).set(parted.map((x) => x / length));
  }
}

/** out += h Σ_j w_j k_j of one row. */
function combine({ k, flight }: Work, r: number, h: number, weights: readonly number[], out: Float64Array): Float64Array {
  for (let j = 0; j < weights.length; j++) {
    const w = h * (weights[j] as number);
    if (w === 0) continue;
    const from = rowOf(k[j] as Float64Array, r, flight.width);
    for (let d = 0; d < out.length; d++) out[d] = (out[d] as number) + w * (from[d] as number);
  }
  return out;
}

function addRow(to: Float64Array, x: Float64Array): void {
  for (let d = 0; d < to.length; d++) to[d] = (to[d] as number) + (x[d] as number);
}

function subtractRow(from: Float64Array, x: Float64Array): void {
  for (let d = 0; d < from.length; d++) from[d] = (from[d] as number) - (x[d] as number);
}

function rowOf(x: Float64Array, r: number, width: number): Float64Array {
  return x.subarray(r * width, (r + 1) * width);
}
