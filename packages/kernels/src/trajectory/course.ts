import type { CaptureProof, Points } from "@fluxion/core";
import type { Flight } from "./flight.js";
import type { Frame } from "./frame.js";

/** One batch of trajectories on its way: how it is followed, and how its ends are proved. */
export interface Course {
  /** Coordinates to follow it in, from the first to the last. */
  readonly legs: readonly Leg[];
  /** w of a row at s, [D], in the coordinates of the data as they are, from the states of the last leg. */
  readonly position: (row: number, state: Float64Array, s: number) => Float64Array;
  /**
   * Proofs for rows of the last leg that `leader` captures them, undefined where there is none; radii may be as small as
   * `wanted`, [B], if they need not be larger.
   */
  readonly prove: (ask: CaptureQuestion) => Promise<(CaptureProof | undefined)[]>;
  /** Gives back what the batch held. */
  readonly close: () => void;
}

/** Which rows may be captured, and where they are. */
export interface CaptureQuestion {
  readonly rows: readonly number[];
  /** [B]. */
  readonly s: Float64Array;
  /** States of the last leg, [B, width]. */
  readonly state: Float64Array;
  /** Atoms that are to capture, [B]. */
  readonly leader: Int32Array;
  /** Radii that suffice, [B]. */
  readonly wanted: Float64Array;
}

/** A stretch of the way in one frame. */
export interface Leg {
  readonly frame: Frame;
  /**
   * Carries rows here from the end of the leg before: fills their states, drifts and velocities, and adds to their drifts what
   * the frame of that leg did not know of.
   */
  readonly enter?: (from: Flight, to: Flight, rows: readonly number[]) => void | Promise<void>;
  /** Which of the rows that took a step have come to the end of the leg. The last leg has none: it ends in captures. */
  readonly leaving?: (flight: Flight, taken: readonly number[]) => Promise<readonly number[]>;
}

/** What follows whole exact trajectories over one data set. */
export interface TrajectoryEngine {
  /** As it appears in results. */
  readonly name: string;
  /** N and D. */
  readonly size: number;
  readonly dim: number;
  /** No less than max ‖z_i − c‖. */
  readonly radius: number;
  /** c = Σ π_i z_i, [D]: what the data are centred at. */
  readonly center: Float64Array;
  /** The atoms themselves, for x and for proofs. */
  readonly atoms: { readonly points: Points; readonly logWeights: Float64Array };
  /** The largest eigenvalue of the covariance of the data, about: 1/√ of it is the s at which a trajectory begins to choose. */
  readonly variance: number;
  /**
   * Sets out B trajectories from w_0 = w(s_0), [B, D], in the coordinates of the centred data, to be followed with a tolerance:
   * what an engine leaves out of an evaluation should cost about as much.
   */
  readonly launch: (w0: Points, tolerance: number) => Promise<Course>;
  readonly close: () => Promise<void>;
}
