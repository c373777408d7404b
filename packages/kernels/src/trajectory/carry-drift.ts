import type { Flight } from "./flight.js";
import type { Frame } from "./frame.js";
import { addRow, rowOf, scaleRow } from "./row.js";

/** Growth of an error over a step, as an exponent, that is not worth an evaluation. */
const NO_GROWTH = 0.05;
/** Two trajectories are looked at at least this far apart: closer ones part by little more than rounding. */
const LEAST_AWAY = 1e-2;
/**
 * Part of the defect in the middle of a step, times its length, that its end keeps: the curve is of fourth order, its end of
 * fifth. On clusters and digits at tolerances of 1e-3 and 1e-4 nine errors in ten were below 0.37 of it and all but one in a
 * hundred below 1.3; over first steps, before there is anything to choose, all were below 0.12.
 */
const KEPT = 0.6;
const FIRST = 0.3;

/** Steps that were taken: the flight stands at their ends. */
export interface TakenSteps {
  readonly rows: readonly number[];
  /** Length of the step of every row, [B]. */
  readonly step: Float64Array;
  /** δ in the middle of the step of each of `rows`. */
  readonly defects: readonly Float64Array[];
  /** dm/ds at the end of the step less that at its start, for each of `rows`. */
  readonly turns: readonly Float64Array[];
  /** No less than max ‖z_i − c‖. */
  readonly radius: number;
}

/** Velocities of rows at s of the flight, at other states than theirs. */
export type Velocities = (rows: readonly number[], states: readonly Float64Array[]) => Promise<readonly Float64Array[]>;

/**
 * Carries the drift e of rows over the steps that they took. What a step adds starts in its middle, and is laid so that it does
 * not cancel what there was. e grows by exp(x), with x the length of the step times the larger of the rates ‖e′‖/‖e‖ at its
 * ends, and turns as e′ at both ends turns it.
 */
export async function carryDrift(flight: Flight, frame: Frame, steps: TakenSteps, velocities: Velocities): Promise<void> {
  const { width, s, drift, growth, error, doubt } = flight;
  const { rows, step } = steps;
  const added: Float64Array[] = [];
  const turned = rows.map((r, n) => {
    const length = step[r] as number;
    const e = addRow(rowOf(drift, r, width).slice(), rowOf(growth, r, width), length);
    const own = scaleRow((steps.defects[n] as Float64Array).slice(), ((error[r] as number) === 0 ? FIRST : KEPT) * length);
    added.push(align(frame, e, own));
    return addRow(e, own);
  });
  const parted = await growthAlong(flight, frame, steps, { drifts: turned, velocities });
  for (const [n, r] of rows.entries()) {
    const [e, before, after] = [rowOf(drift, r, width), rowOf(growth, r, width), parted[n] as Float64Array];
    const [length, old, ahead] = [step[r] as number, error[r] as number, frame.norm(turned[n] as Float64Array)];
    const rate = ahead > 0 ? frame.norm(after) / ahead : 0;
    const most = Math.max(rate, old > 0 ? frame.norm(before) / old : 0);
    const x = length * most;
    const half = x > 0 ? (length / 2) * (Math.expm1(x) / x) : 0;
    addRow(e, before, half);
    if (ahead > 0) addRow(e, after, (half * old) / ahead);
    if (old > 0) scaleRow(e, (old * Math.exp(x)) / frame.norm(e));
    addRow(e, added[n] as Float64Array, Math.exp(x / 2));
    const now = frame.norm(e);
    error[r] = now;
    before.set(after);
    if (ahead > 0) scaleRow(before, now / ahead);
    doubt[r] = Math.max(doubt[r] as number, now * Math.sqrt((s[r] as number) * most));
  }
}

/** Turns y so that it makes e longer. */
function align(frame: Frame, e: Float64Array, y: Float64Array): Float64Array {
  const [together, against] = [frame.norm(addRow(e.slice(), y)), frame.norm(addRow(e.slice(), y, -1))];
  return against > together ? scaleRow(y, -1) : y;
}

/**
 * How the velocities at the end of a step and a drift away from it differ, for every row, on the side from which the velocity
 * turned away: there the posterior is wider, so that where the trajectory has passed a border the error shows it. It is no more than
 * s·tr Cov ≤ s(1 − λ_max)(2R)² times the drift. Where the posterior has settled, rounding must not pass for growth; and where
 * that bound is nothing over a step, it is taken for the growth.
 */
async function growthAlong(
  { s, peak, state, velocity, width }: Flight,
  frame: Frame,
  { rows, step, turns, radius }: TakenSteps,
  { drifts, velocities }: { readonly drifts: readonly Float64Array[]; readonly velocities: Velocities },
): Promise<Float64Array[]> {
  const sizes = drifts.map((e) => frame.norm(e));
  const most = rows.map((r) => (s[r] as number) * (1 - (peak[r] as number)) * 4 * radius * radius);
  const out = drifts.map((e, n) => scaleRow(e.slice(), most[n] as number));
  const asked = [...rows.keys()].filter((n) => {
    return (sizes[n] as number) > 0 && (most[n] as number) * (step[rows[n] as number] as number) > NO_GROWTH;
  });
  const away = asked.map((n) => {
    const [e, turn] = [drifts[n] as Float64Array, turns[n] as Float64Array];
    const isAhead = frame.norm(addRow(turn.slice(), e)) > frame.norm(addRow(turn.slice(), e, -1));
    return (isAhead ? -1 : 1) * Math.max(1, LEAST_AWAY / (sizes[n] as number));
  });
  const rowsAsked = asked.map((n) => rows[n] as number);
  const there = await velocities(
    rowsAsked,
    asked.map((n, k) => addRow(rowOf(state, rows[n] as number, width).slice(), drifts[n] as Float64Array, away[k])),
  );
  for (const [k, n] of asked.entries()) {
    const parted = addRow((there[k] as Float64Array).slice(), rowOf(velocity, rows[n] as number, width), -1);
    scaleRow(parted, 1 / (away[k] as number));
    const over = frame.norm(parted) / ((most[n] as number) * (sizes[n] as number));
    out[n] = over > 1 ? scaleRow(parted, 1 / over) : parted;
  }
  return out;
}
