import type { Flight } from "./flight.js";

/** What one evaluation of some rows of a flight is asked and says. Slots are numbered as the rows of the batch. */
export interface StageCall {
  /** The slots to evaluate. */
  readonly rows: readonly number[];
  /** s of every slot, [B]. */
  readonly s: Float64Array;
  /** The states, [B, width]. */
  readonly state: Float64Array;
  /** dm/ds goes here, [B, width]; other slots are not touched. */
  readonly out: Float64Array;
  /** The largest posterior weight of every evaluated slot goes here, and its atom, [B]. */
  readonly peak: Float64Array;
  readonly leader: Int32Array;
  /** Which stage of a step this is: 0 … 6, `PROBE` or `BESIDE`. */
  readonly stage: number;
}

/** The stage of an evaluation that only measures. */
export const PROBE = 7;
/** That of one beside the trajectory, to be compared with the stage at it: what it leaves out is about the same. */
export const BESIDE = 8;

/**
 * Coordinates in which trajectories m(s) = w(s) − w_0 are followed: all of R^D, a part of it, or the multiples of the data
 * that it is a sum of. A frame holds what it needs of the data and of w_0.
 */
export interface Frame {
  /** Numbers of state of one row. */
  readonly width: number;
  /** dm/ds = μ(w_0 + m, s) of some rows. Eq. (M9) */
  readonly evaluate: (call: StageCall) => void | Promise<void>;
  /** ‖δw‖ of a difference of states, [width]. */
  readonly norm: (difference: Float64Array) => number;
  /**
   * Told that rows took their steps, from stage 0 to stage 6, which becomes stage 0 of their next step. A frame with more to
   * it than the state may now correct the velocities of the flight, and adds to the errors what it did not know before.
   */
  readonly accepted?: (flight: Flight, rows: readonly number[]) => void | Promise<void>;
}
