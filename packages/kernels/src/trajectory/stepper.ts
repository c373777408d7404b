/**
 * Steps of Dormand and Prince for every row of a flight, each row with its own length. Beside the embedded error, which steers
 * the length, every accepted step is probed: the curve P through it misses the equation at its middle by δ = P′ − μ(P, s), and
 * the drift e = ŵ − w from the exact trajectory obeys e′ = μ(w + e, s) − μ(w, s) + δ. It is carried along as a vector, so that an
 * error grows as errors of its own direction do; what a step adds to it is laid so that it never cancels what there was.
 */
import { dopri5 } from "@fluxion/core";
import { carryDrift } from "./carry-drift.js";
import type { Flight } from "./flight.js";
import { BESIDE, type Frame, PROBE } from "./frame.js";
import { addRow, rowOf } from "./row.js";

const LAST: number = dopri5.b.length - 1;
/** b − b̂. */
const ERROR: readonly number[] = dopri5.b.map((weight, j) => weight - (dopri5.embedded.b[j] ?? 0));
/** The curve in the middle of a step is y_0 + h Σ w_j k_j, and its slope there Σ v_j k_j. [Hairer1993, II.6] */
const ends = (j: number): number => (j === 0 ? 1 : 0) - (j === LAST ? 1 : 0);
const MIDDLE: readonly number[] = dopri5.b.map((weight, j) => weight / 2 + ends(j) / 8 + (dopri5.dense?.[j] ?? 0) / 16);
const SLOPE: readonly number[] = dopri5.b.map((weight, j) => 1.5 * weight - Math.abs(ends(j)) / 4);

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
  const { peak, leader } = stage >= PROBE ? unused : flight;
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

/** Moves rows to the end of the steps that they took, and carries their drift there. */
async function finish(work: Work, rows: readonly number[], { radius }: Judgement): Promise<void> {
  const { flight, frame, k, at, h } = work;
  const { width, s, state } = flight;
  const slopes = rows.map((r) => combine(work, r, 1, SLOPE, new Float64Array(width)));
  const turns = rows.map((r) =>
    addRow(rowOf(k[LAST] as Float64Array, r, width).slice(), rowOf(k[0] as Float64Array, r, width), -1),
  );
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
    return addRow(defect, rowOf(work.point, r, width), -1);
  });
  await carryDrift(flight, frame, { rows, step: h, defects, turns, radius }, async (asked, states) => {
    for (const r of asked) at[r] = s[r] as number;
    for (const [n, r] of asked.entries()) rowOf(work.before, r, width).set(states[n] as Float64Array);
    if (asked.length > 0) await ask(work, asked, BESIDE, work.before, work.point);
    return asked.map((r) => rowOf(work.point, r, width));
  });
  await frame.accepted?.(flight, rows);
}

/** out += h Σ_j w_j k_j of one row. */
function combine({ k, flight }: Work, r: number, h: number, weights: readonly number[], out: Float64Array): Float64Array {
  for (let j = 0; j < weights.length; j++) {
    const w = h * (weights[j] as number);
    if (w === 0) continue;
    addRow(out, rowOf(k[j] as Float64Array, r, flight.width), w);
  }
  return out;
}
