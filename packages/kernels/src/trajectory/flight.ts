import { dopri5, type StepControl, stepControl } from "@fluxion/core";
import { rowOf, scaleRow } from "./row.js";

/** Trajectories under way, each with its own step: what a row does never depends on the others. */
export interface Flight {
  /** B. */
  readonly size: number;
  /** Numbers of state of one row. */
  readonly width: number;
  /** Where each row is, [B]. */
  readonly s: Float64Array;
  /** m at s, [B, width]. */
  readonly state: Float64Array;
  /** dm/ds at s, [B, width], where `known`. */
  readonly velocity: Float64Array;
  /** Length of the next step to try, [B]. */
  readonly step: Float64Array;
  /** Length of the last step that was taken, [B]. */
  readonly taken: Float64Array;
  /** Estimate of ŵ − w at s, [B, width], and how fast it grows: μ at the one less μ at the other. */
  readonly drift: Float64Array;
  readonly growth: Float64Array;
  /** Estimate of ‖ŵ − w‖ at s, [B]: the length of the drift. */
  readonly error: Float64Array;
  /** The most by which that error may have moved a log-odds, nats, [B]: where it is far below 1 the estimate can be believed. */
  readonly doubt: Float64Array;
  /** Evaluations of each row, [B]. */
  readonly nfe: Int32Array;
  /** The largest posterior weight at s, and its atom, [B]. */
  readonly peak: Float64Array;
  readonly leader: Int32Array;
  /** Whether `velocity` is that at s, [B]. */
  readonly known: Uint8Array;
  readonly control: StepControl[];
}

/** Orders of the error estimate of a step. */
const ERROR_ORDER = Math.min(dopri5.order, dopri5.embedded.order);

/** B trajectories at some s, where m = 0, with a first step to try. */
export function flightOf(size: number, width: number, from: number, firstStep: number): Flight {
  return {
    size,
    width,
    s: new Float64Array(size).fill(from),
    state: new Float64Array(size * width),
    velocity: new Float64Array(size * width),
    step: new Float64Array(size).fill(firstStep),
    taken: new Float64Array(size),
    drift: new Float64Array(size * width),
    growth: new Float64Array(size * width),
    error: new Float64Array(size),
    doubt: new Float64Array(size),
    nfe: new Int32Array(size),
    peak: new Float64Array(size),
    leader: new Int32Array(size).fill(-1),
    known: new Uint8Array(size),
    control: Array.from({ length: size }, () => stepControl(ERROR_ORDER)),
  };
}

/** Adds to the error of a row of which only the size is known: it is laid along the drift. Only where ‖·‖ is Euclidean. */
export function lengthenDrift({ drift, error, width }: Flight, r: number, by: number): void {
  const e = rowOf(drift, r, width);
  const old = error[r] as number;
  if (old === 0) e[0] = by;
  else scaleRow(e, 1 + by / old);
  error[r] = old + by;
}
